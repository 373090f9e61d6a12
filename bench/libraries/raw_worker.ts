import type { Subject } from "../subject.ts";
import { NotApplicable } from "../subject.ts";
import { startThread } from "./thread.ts";

/**
 * Bare workers whose first message is all that one waits for: what starting a thread costs, with a
 * module in it that imports nothing but its port.
 */
export function open(workers: number): Subject {
  const threads = Array.from(
    { length: workers },
    () => startThread(new URL("./raw_echo_worker.ts", import.meta.url)),
  );
  const first = new Promise((resolve) => threads.forEach((thread) => thread.receive(resolve)));
  return {
    call: async (_body, value) => {
      await first;
      return value;
    },
    map: () => Promise.reject(new NotApplicable("a bare worker runs no function")),
    close: () => Promise.all(threads.map((thread) => thread.end())),
  };
}
