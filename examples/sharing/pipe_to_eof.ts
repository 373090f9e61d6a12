// Two workers write into one pipe, the main program reads to the end: it is there when the last of
// their handles is closed, or its worker gone. `pipe_to_eof.ts [thread|process]`
import process from "node:process";
import { type Connection, EOFError, Pipe, Process, task, Thread } from "@pool/core";

export const count = task(
  import.meta,
  async function count(sender: Connection<never, number>, from: number, to: number) {
    for (let n = from; n <= to; n++) await sender.send(n);
  },
);

if (import.meta.main) {
  const Worker = process.argv[2] === "process" ? Process : Thread;
  const [receiver, sender] = Pipe<number>({ duplex: false });
  // A connection that is passed on moves: this program keeps none that could hold off the end.
  const second = await sender.duplicate();
  new Worker({ target: count, args: [sender, 1, 500] }).start();
  new Worker({ target: count, args: [second, 501, 1000] }).start();
  console.log("ours is closed:", sender.closed);

  let sum = 0;
  for await (const n of receiver) sum += n;
  console.log("sum:", sum);

  const error = await receiver.recv().catch((error) => error);
  console.log("and then:", error instanceof EOFError);
}
// ours is closed: true
// sum: 500500
// and then: true
