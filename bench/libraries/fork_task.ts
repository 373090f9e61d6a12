import { NotApplicable, type Subject } from "../subject.ts";
import { endFork, nextMessage, startForks } from "./bare_fork.ts";

/**
 * The same bare fork, but the child imports the functions, which are TypeScript, and the first call is
 * really made: what any pool has to pay for its first result.
 */
export function open(workers: number): Subject {
  const children = startForks("./fork_task_child.ts", workers);
  return {
    call: (body, value) => {
      if (body !== "noop") return Promise.reject(new NotApplicable("it knows one function"));
      const first = Promise.race(children.map(nextMessage));
      for (const child of children) child.send(value as number);
      return first;
    },
    map: () => Promise.reject(new NotApplicable("it knows one function")),
    close: () => Promise.all(children.map(endFork)),
  };
}
