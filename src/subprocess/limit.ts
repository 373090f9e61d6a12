import { LONGEST_TIMER, realTimers } from "../protocol/timers.ts";

/** Bounds of a wait. */
export interface Limit {
  /** Milliseconds; `undefined`: for ever. */
  readonly timeout: number | undefined;
  readonly signal: AbortSignal | undefined;
  /** The reason of an abort reaches the caller no sooner than this. */
  readonly afterAbort: Promise<unknown>;
}

/** False when the time was up before `work` was done; rejects with the signal's reason. */
export async function within(work: Promise<unknown>, limit: Limit): Promise<boolean> {
  const { timeout, signal, afterAbort } = limit;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let onAbort = () => {};
  const late = new Promise<boolean>((resolve, reject) => {
    if (timeout !== undefined && timeout <= LONGEST_TIMER) {
      timer = realTimers.setTimeout(() => resolve(false), timeout);
    }
    const abort = () => reject(signal?.reason);
    onAbort = () => void afterAbort.then(abort, abort);
    if (signal?.aborted) onAbort();
    else signal?.addEventListener("abort", onAbort);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    realTimers.clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}
