import { Pool, transfer } from "../../mod.ts";
import type { Subject } from "../subject.ts";
import * as tasks from "../tasks.ts";

/** The binding of `@pool/core`: the only file of the benchmarks, with tasks.ts, that knows its API. */
export function open(workers: number): Subject {
  const pool = new Pool(workers);
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
