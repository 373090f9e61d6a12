/**
 * What the compiler must infer and refuse of pipes. Nothing here is run: it is checked by
 * `npm run check -- --only=types`, and by users' compilers in `npm run test:package`.
 */
import { type Connection, Pipe, type PipeOptions, Process, task } from "@pool/core";
import { assertType, type Same } from "./same.ts";

const produce = task(import.meta, async (to: Connection<never, number>): Promise<void> => {
  await to.send(1);
});

export async function pipesInfer(options: PipeOptions): Promise<void> {
  const [reader, writer] = Pipe<number>({ duplex: false });
  assertType<Same<typeof reader, Connection<number, never>>>();
  assertType<Same<typeof writer, Connection<never, number>>>();
  const n = await reader.recv();
  assertType<Same<typeof n, number>>();
  for await (const each of reader) assertType<Same<typeof each, number>>();
  await writer.send(1);
  const another = await writer.duplicate();
  assertType<Same<typeof another, Connection<never, number>>>();
  new Process({ target: produce, args: [writer] });

  const [anything] = Pipe({ duplex: false });
  assertType<Same<typeof anything, Connection<unknown, never>>>();

  const [ours, theirs] = Pipe<number, string>();
  assertType<Same<typeof ours, Connection<number, string>>>();
  assertType<Same<typeof theirs, Connection<string, number>>>();
  const [a, b] = Pipe<number, string>({ duplex: true });
  assertType<Same<typeof a, typeof ours> & Same<typeof b, typeof theirs>>();
  // Not known before it runs.
  const [c] = Pipe<number, string>(options);
  assertType<Same<typeof c, typeof ours>>();
  const [d, e] = Pipe();
  assertType<Same<typeof d, Connection> & Same<typeof e, Connection>>();
}

export async function pipesRefuse(): Promise<void> {
  const [reader, writer] = Pipe<number>({ duplex: false });
  // @ts-expect-error the first end only receives
  await reader.send(1);
  // @ts-expect-error the second end sends numbers
  await writer.send("1");
  // @ts-expect-error it sends strings at this end
  await Pipe<number, string>()[0].send(1);
  // @ts-expect-error the task sends, this end receives
  new Process({ target: produce, args: [reader] });
  // @ts-expect-error there is no such option
  Pipe({ duplexx: false });
}
