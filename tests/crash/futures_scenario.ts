/** Executors that nobody looks after: `futures_scenario.ts <case> <inline|thread|process>`. */
import process from "node:process";
import { InlineExecutor, ProcessPoolExecutor, ThreadPoolExecutor, wait } from "@pool/core";
import * as tasks from "./crash_tasks.ts";
import { tell } from "./outcome.ts";

const executors = {
  inline: InlineExecutor,
  thread: ThreadPoolExecutor,
  process: ProcessPoolExecutor,
};

type Kind = keyof typeof executors;

const cases: Record<string, (kind: Kind) => Promise<void>> = {
  /** Failures that nobody asks for, on an executor that nobody shuts down. */
  "unread": async (kind) => {
    const executor = new executors[kind](2);
    const futures = [1, 2, 3].map((n) => executor.submit(tasks.fail, [String(n)]));
    const unsent = executor.submit(tasks.echo, [() => {}]);
    const results = executor.map(tasks.fail, ["4", "5"]);
    await wait([...futures, unsent]);
    tell({ done: futures.every((future) => future.done()), map: typeof results.next });
  },
  /** A call under way keeps the program running, also after `shutdown({ wait: false })`. */
  "pending": async (kind) => {
    const executor = new executors[kind](1);
    const future = executor.submit(tasks.sleep, [200]);
    const next = executor.submit(tasks.echo, ["last"]);
    next.addDoneCallback(async (done) =>
      tell({ slept: future.done(), value: await done.result() })
    );
    await executor.shutdown({ wait: false });
  },
  /** The warning goes to stderr, and the program to its end. */
  "callback": async (kind) => {
    await using executor = new executors[kind](1);
    const future = executor.submit(tasks.echo, [1]);
    future.addDoneCallback(() => {
      throw new RangeError("a bad callback");
    });
    tell({ value: await future.result() });
  },
  /** Whoever leaves an iteration by an error leaves nothing that runs. */
  "left": async (kind) => {
    const executor = new executors[kind](1);
    const results = executor.map(tasks.sleep, Array.from({ length: 1000 }, () => 50));
    try {
      for await (const _ of results) throw new RangeError("enough");
    } catch (error) {
      tell({ error: String(error) });
    }
  },
};

if (import.meta.main) await cases[process.argv[2]!]!(process.argv[3] as Kind);
