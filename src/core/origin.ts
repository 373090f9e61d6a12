/** The caller's frames in the stack of an error from a worker. */
import { hide } from "../protocol/define.ts";
import { queueMicrotask } from "../protocol/timers.ts";

/** Calls of one turn whose callers are remembered; a stack costs microseconds, a call should not. */
const REMEMBERED = 16;

/** Remembers where calls come from, for as many calls of a turn as is cheap. */
export class Origins {
  #left = REMEMBERED;

  /** The stack of this call's caller, or `undefined` in the middle of a burst. */
  capture(): { readonly stack?: string } | undefined {
    if (this.#left === 0) return undefined;
    if (this.#left-- === REMEMBERED) queueMicrotask(() => this.#left = REMEMBERED);
    return new Error();
  }
}

/** Appends the caller's frames to an error's own. */
export function appendStack(error: unknown, origin: { readonly stack?: string }): void {
  if (!(error instanceof Error)) return;
  try {
    // The program's own `Error.prepareStackTrace` may give anything, or throw.
    const { stack } = origin;
    if (typeof stack !== "string") return;
    const frames = stack.replace(/^Error(\n|$)/, "").trimEnd();
    if (frames) hide(error, "stack", error.stack ? `${error.stack}\n${frames}` : frames);
  } catch {
    // Or the error is frozen: it stays as the task made it.
  }
}
