import { queueMicrotask } from "./timers.ts";

/** An uncaught error, as the web's events make of it; not by reportError(), which Node does not have. */
export function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
