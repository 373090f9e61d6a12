/** Tasks that make pipes, or pools within: their module imports the whole library. */
import { Full, Pipe, Pool, type Queue, task } from "@pool/core";
import { type Any, echo } from "./pipes.ts";

type Kind = "thread" | "process";

export const makePipe = task(import.meta, (): [Any, Any] => Pipe());

/** Makes a pipe, and gives one end away. */
export const makeEcho = task(import.meta, (): Any => {
  const [ours, theirs] = Pipe();
  void echo(ours);
  return theirs;
});

/** Hands the end on to the innermost of so many nested workers, which echoes. */
export const echoWithin = task(
  import.meta,
  async function echoWithin(kinds: readonly Kind[], end: Any): Promise<number> {
    const [backend, ...rest] = kinds;
    if (!backend) return await echo(end);
    await using pool = new Pool({ workers: 1, backend });
    return await pool.apply(echoWithin, [rest, end]);
  },
);

/** Whether an end is closed that did not get into a full queue. */
export const putFull = task(
  import.meta,
  async function putFull(queue: Queue<unknown>): Promise<boolean> {
    const [ours, theirs] = Pipe();
    try {
      await queue.put({ theirs }, { timeout: 0 });
    } catch (error) {
      if (!(error instanceof Full)) throw error;
    }
    const { closed } = theirs;
    await theirs.close();
    await ours.close();
    return closed;
  },
);

/** Makes a pipe, sends one end through another, and echoes at the other one. */
export const sendEnd = task(import.meta, async function sendEnd(end: Any): Promise<number> {
  const [ours, theirs] = Pipe();
  await end.send({ theirs });
  return await echo(ours);
});
