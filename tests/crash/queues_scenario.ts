/** Programs with a queue that just end: `queues_scenario.ts <case>`. */
import process from "node:process";
import { Queue, Thread } from "@pool/core";

const MIB = 1024 * 1024;

const cases: Record<string, () => unknown> = {
  "unread items": async () => {
    const queue = new Queue<Uint8Array>();
    for (let i = 0; i < 5; i++) await queue.put(new Uint8Array(2 * MIB));
    console.log("put");
  },
  "unread items of a thread": async () => {
    const queue = new Queue<Uint8Array>();
    const target = async (queue: Queue<Uint8Array>, bytes: number) => {
      for (let i = 0; i < 5; i++) await queue.put(new Uint8Array(bytes));
    };
    const thread = new Thread({ target, args: [queue, 2 * MIB] });
    thread.start();
    await thread.join();
    console.log(await queue.qsize());
  },
  "a getter that is served late": async () => {
    const queue = new Queue<string>();
    const target = async (queue: Queue<string>) => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      await queue.put("late");
    };
    new Thread({ target, args: [queue], daemon: true }).start();
    console.log(await queue.get());
  },
  /** Milliseconds of processor time in a second of waiting. */
  "cpu": async () => {
    const empty = new Queue(), full = new Queue(1), large = new Queue();
    await full.put(1);
    await large.put(new Uint8Array(5 * MIB));
    const waits = [empty.get({ timeout: 1000 }), full.put(2, { timeout: 1000 })];
    const before = process.cpuUsage();
    await Promise.allSettled(waits);
    const { user, system } = process.cpuUsage(before);
    console.log((user + system) / 1000);
  },
};

if (import.meta.main) await cases[process.argv[2]!]!();
