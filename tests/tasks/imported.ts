/** Never loaded by a test: what `importTasks()` names. */
import { registerClass, task } from "@pool/core/task";
import { onHost } from "./on_host.ts";

export function double(x: number): number {
  return x * 2;
}

export const arrow = (...words: string[]): string => words.join(" ");

export async function later(x: number): Promise<number> {
  await Promise.resolve();
  return x + 1;
}

export const marked = task(import.meta, function marked(): string {
  return "a task, too";
});

export function isMain(): boolean {
  return onHost;
}

export const constant = 42;

export default function byDefault(): string {
  return "default";
}

/** Known where this module is loaded, and nowhere else. */
class WorkerOnly {
  readonly n = 1;
}
registerClass(WorkerOnly, { encode: ({ n }) => n, decode: () => new WorkerOnly() });

export function giveWorkerOnly(): unknown {
  return new WorkerOnly();
}

export function* yieldWorkerOnly(): Generator<unknown> {
  yield 1;
  yield new WorkerOnly();
  yield 3;
}
