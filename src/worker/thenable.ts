import { queueMicrotask } from "../protocol/timers.ts";

/** True for promises and everything that `await` would wait for. Throws what a getter `then` throws. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (typeof value === "object" && value !== null || typeof value === "function") &&
    typeof (value as { then?: unknown }).then === "function";
}

/** Calls back after so many turns of the microtask queue. */
export function afterTicks(ticks: number, call: () => void): void {
  queueMicrotask(ticks > 1 ? () => afterTicks(ticks - 1, call) : call);
}
