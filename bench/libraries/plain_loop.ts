import { bodies } from "../bodies.ts";
import { NotApplicable, type Subject } from "../subject.ts";

/** No worker at all: what the same work costs on the main thread. */
export function open(): Subject {
  return {
    call: () => Promise.reject(new NotApplicable("a plain loop makes no calls")),
    map: (items) => Promise.resolve(bodies.squareAll(items)),
    imap: async function* (items) {
      for (const item of items) yield bodies.square(item);
    },
    all: (_body, values) => Promise.resolve(bodies.spinAll(values)),
    close: () => Promise.resolve(),
  };
}
