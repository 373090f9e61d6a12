import { ProcessPoolExecutor } from "@pool/core";
import type { Subject } from "../subject.ts";
import { executorSubject } from "./pool_core_executor.ts";

/** `ProcessPoolExecutor` of `@pool/core`. */
export function open(workers: number): Subject {
  return executorSubject(new ProcessPoolExecutor(workers), workers);
}
