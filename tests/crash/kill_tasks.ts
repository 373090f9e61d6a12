/** Where children are killed: SIGKILL, which nothing in them can answer. */
import { appendFileSync } from "node:fs";
import process from "node:process";
import { registerClass, task } from "@pool/core/task";

/** Never returns. */
export function killSelf(): never {
  process.kill(process.pid, "SIGKILL");
  for (;;);
}

export const pid = task(import.meta, function pid(): number {
  return process.pid;
});

export const square = task(import.meta, function square(n: number): number {
  return n * n;
});

/** Kills the worker at this step of a call. */
export const dieAt = task(import.meta, function dieAt(step: unknown): unknown {
  if (step === "run") killSelf();
  if (step === "encode") {
    return {
      get value(): never {
        return killSelf();
      },
    };
  }
  if (step === "after send") setImmediate(killSelf);
  return step;
});

/** Kills the worker that revives it. */
export class Trap {}
registerClass(Trap, { encode: () => 0, decode: (): Trap => killSelf() });

/** An initializer that kills every other child, as the file tells. */
export const dieAtBoot = task(import.meta, async function dieAtBoot(path: string): Promise<void> {
  const { readFileSync } = await import("node:fs");
  appendFileSync(path, "x");
  if (readFileSync(path, "utf8").length % 2 === 1) killSelf();
});

export const dieAtEnd = task(import.meta, function dieAtEnd(): never {
  killSelf();
});

export const spin = task(import.meta, function spin(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
});
