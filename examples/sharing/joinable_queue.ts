// Two cooks leave dishes to three washers, which never stop. join() waits until all is washed; the
// washers are daemons: they end with the program. `joinable_queue.ts [thread|process]`
import process from "node:process";
import { JoinableQueue, Process, task, Thread, Value } from "@pool/core";

export const cook = task(import.meta, async function cook(dishes: JoinableQueue<string>) {
  for (let i = 1; i <= 20; i++) await dishes.put(`dish ${i}`);
});

export const wash = task(
  import.meta,
  async function wash(dishes: JoinableQueue<string>, washed: Value<"i32">) {
    for (;;) {
      await dishes.get();
      await washed.add(1);
      await dishes.taskDone(); // once for each get()
    }
  },
);

if (import.meta.main) {
  const Worker = process.argv[2] === "process" ? Process : Thread;
  const dishes = new JoinableQueue<string>();
  const washed = new Value("i32", 0);

  const washers = [1, 2, 3].map(() => {
    return new Worker({ target: wash, args: [dishes, washed], daemon: true });
  });
  const cooks = [1, 2].map(() => new Worker({ target: cook, args: [dishes] }));
  for (const worker of [...washers, ...cooks]) worker.start();

  for (const cook of cooks) await cook.join(); // all dishes are in the queue
  await dishes.join();
  console.log("washed:", await washed.get());
  console.log("washers at work:", washers.filter((washer) => washer.isAlive()).length);
}
// washed: 40
// washers at work: 3
