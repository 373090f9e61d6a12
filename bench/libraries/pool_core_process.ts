import { Pool } from "@pool/core";
import type { Subject } from "../subject.ts";
import { poolSubject } from "./pool_core.ts";

/** The same pool on child processes. */
export function open(workers: number): Subject {
  return poolSubject(new Pool({ workers, backend: "process" }));
}
