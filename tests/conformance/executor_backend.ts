/** What the suites of executors run on; they read traits, and never ask which runtime this is. */
import { after, describe } from "node:test";
import {
  BrokenExecutor,
  BrokenProcessPool,
  BrokenThreadPool,
  type ExecutorOptions,
  InlineExecutor,
  type LocalExecutor,
  ProcessPoolExecutor,
  ThreadPoolExecutor,
  type WorkerTraits,
} from "@pool/core";
import { runtime } from "../../src/adapters/detect.ts";
import { within } from "./bounded.ts";
import { assertNoWorkers, liveResources, LONGEST_END, untilGone } from "./leaks.ts";

type Options = ExecutorOptions & { readonly recover?: boolean };

/** One executor. */
export interface ExecutorBackend {
  readonly name: "inline" | "thread" | "process";
  readonly traits: WorkerTraits;
  /** What pending calls get once it is broken. */
  readonly broken: new (message?: string) => BrokenExecutor;
  /** A worker that dies takes the executor with it. */
  readonly breaksOnDeath: boolean;
  create(maxWorkers?: number, options?: Options): LocalExecutor;
}

export const inlineExecutor: ExecutorBackend = {
  name: "inline",
  traits: runtime.adapters.inline().traits,
  broken: BrokenExecutor,
  breaksOnDeath: false,
  create: (maxWorkers, options) => new InlineExecutor(maxWorkers, options),
};

export const threadExecutor: ExecutorBackend = {
  name: "thread",
  traits: runtime.adapters.thread().traits,
  broken: BrokenThreadPool,
  breaksOnDeath: false,
  create: (maxWorkers, options) => new ThreadPoolExecutor(maxWorkers, options),
};

export const processExecutor: ExecutorBackend = {
  name: "process",
  traits: runtime.adapters.process().traits,
  broken: BrokenProcessPool,
  breaksOnDeath: true,
  create: (maxWorkers, options) => new ProcessPoolExecutor(maxWorkers, options),
};

/**
 * `describe()` for one executor. Tests end what they create (`await using`); after the last one no
 * executor may have a worker, and the runtime no port or thread more than before.
 */
export function executorSuite(
  title: string,
  backend: ExecutorBackend,
  define: (backend: ExecutorBackend) => void,
): void {
  describe(`${title} on executor ${backend.name}`, () => {
    const before = liveResources();
    const created: LocalExecutor[] = [];
    define({
      ...backend,
      create: (...args) => {
        const executor = backend.create(...args);
        created.push(executor);
        return executor;
      },
    });
    after(async () => {
      assertNoWorkers(created);
      await within(LONGEST_END, () => untilGone(before), "the end of ports and threads");
    });
  });
}
