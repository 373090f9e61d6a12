import { Pool, transfer } from "@pool/core";
import type { Subject } from "../subject.ts";
import * as tasks from "../tasks.ts";

/** `@pool/core` with its defaults. The files `pool_core*.ts` and tasks.ts alone know its API. */
export function open(workers: number): Subject {
  return poolSubject(new Pool(workers));
}

/** What the workloads need, by a pool of any backend. */
export function poolSubject(pool: Pool): Subject {
  return {
    call: (body, value) => pool.apply(tasks[body] as (value: unknown) => unknown, [value]),
    map: (items) => pool.map(tasks.square, items),
    imap: (items) => pool.imap(tasks.square, items),
    spread: (values) => pool.map(tasks.spin, values),
    callWithOptions: (body, value, options) =>
      pool.apply(tasks[body] as (value: unknown) => unknown, [value], options),
    transfer: (bytes) => pool.apply(tasks.move, [transfer(bytes, [bytes.buffer])]),
    close: async () => {
      pool.close();
      await pool.join();
    },
  };
}
