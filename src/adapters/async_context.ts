/** Whose `AsyncLocalStorage` a function sees: what comes from a worker comes in nobody's name. */
import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";

/** The callback; wherever it is called, it runs in the context of now. */
export function inThisContext<F extends (...args: never[]) => unknown>(callback: F): F {
  return AsyncResource.bind(callback as () => unknown) as unknown as F;
}

/** Runs a function in the context of the program's start, as a task in a worker does. */
export const inNoContext: <R>(run: () => R) => R = AsyncLocalStorage.snapshot();
