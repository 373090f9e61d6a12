import { type LocalExecutor, ThreadPoolExecutor } from "@pool/core";
import { mapInChunks, type Subject } from "../subject.ts";
import * as tasks from "../tasks.ts";

/** `ThreadPoolExecutor` of `@pool/core`: `submit` and the future's result for each call. */
export function open(workers: number): Subject {
  return executorSubject(new ThreadPoolExecutor(workers), workers);
}

/** What the workloads need, by an executor. Its map gets chunks made by hand, as Python's does. */
export function executorSubject(executor: LocalExecutor, workers: number): Subject {
  const subject: Subject = {
    call: (body, value) =>
      executor.submit(tasks[body] as (value: unknown) => unknown, [value]).result(),
    map: (items) => mapInChunks(subject, items, workers),
    close: () => executor.shutdown(),
  };
  return subject;
}
