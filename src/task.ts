/**
 * What a module of tasks needs, and no more. Each worker that runs a task imports its module, and all that this
 * one imports: with this entry in place of `@pool/core` the first result comes in half of the time on Bun, in
 * three to four fifths on Deno and Node (`npm run bench:startup`).
 *
 * @example
 * ```ts
 * import { task } from "@pool/core/task";
 *
 * export const square = task(import.meta, (x: number) => x * x);
 * ```
 *
 * @module
 */
export { currentTask, task } from "./core/task.ts";
export type { TaskOptions } from "./core/task.ts";
export type { TaskContext } from "./protocol/realm.ts";
export { registerClass } from "./protocol/register_class.ts";
export type { ClassRegistration } from "./protocol/register_class.ts";
export { transfer } from "./protocol/transfer.ts";
export type { Port, Transferable } from "./protocol/transferable.ts";
