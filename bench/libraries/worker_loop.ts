import { NotApplicable, type Subject } from "../subject.ts";
import { startThread, type Thread } from "./thread.ts";

/**
 * Workers without a pool: the work is cut into as many equal parts as there are workers, and each
 * part is one message. The least that can be paid for using two cores when all items cost the same.
 */
export async function open(workers: number): Promise<Subject> {
  const threads = Array.from(
    { length: workers },
    () => startThread(new URL("./worker_loop_worker.ts", import.meta.url)),
  );
  const inboxes = threads.map(inboxOf);
  await Promise.all(inboxes.map((next) => next()));

  const split = async (body: string, values: readonly number[]) => {
    const size = Math.ceil(values.length / workers);
    const parts = threads.map((thread, index) => {
      thread.post({ body, value: values.slice(index * size, (index + 1) * size) });
      return inboxes[index]();
    });
    return (await Promise.all(parts) as number[][]).flat();
  };
  return {
    call: () => Promise.reject(new NotApplicable("a loop in a worker takes no single calls")),
    map: (items) => split("squareAll", items),
    all: (_body, values) => split("spinAll", values),
    close: () => Promise.all(threads.map((thread) => thread.end())),
  };
}

/** One message at a time is on its way, so the next one is the answer. */
function inboxOf(thread: Thread): () => Promise<unknown> {
  let deliver: (message: unknown) => void = () => {};
  thread.receive((message) => deliver(message));
  return () => new Promise((resolve) => deliver = resolve);
}
