import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { NotApplicable, type Subject } from "../subject.ts";

/**
 * Bare `child_process.fork` of the same runtime, whose first message is all that one waits for. The
 * child is one line of JavaScript that imports nothing and runs no function.
 */
export function open(workers: number): Subject {
  const children = startForks("./bare_fork_child.js", workers);
  const first = Promise.race(children.map(nextMessage));
  return {
    call: async (_body, value) => {
      await first;
      return value;
    },
    map: () => Promise.reject(new NotApplicable("a bare fork runs no function")),
    close: () => Promise.all(children.map(endFork)),
  };
}

/** Starts `count` children of this runtime that run `program`, a path beside this module. */
export function startForks(program: string, count: number): ChildProcess[] {
  const file = fileURLToPath(new URL(program, import.meta.url));
  return Array.from({ length: count }, () => fork(file));
}

/** The next message of a child; rejects when it ends without one. */
export function nextMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once("message", resolve);
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the child ended with code ${code}`)));
  });
}

/** Kills a child; resolves when it is gone. */
export function endFork(child: ChildProcess): Promise<unknown> {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  return ended;
}
