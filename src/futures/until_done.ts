import type { Future } from "../core/executor.ts";
import { realTimers } from "../protocol/timers.ts";

/** Callbacks of the library's own, which need no context of their caller: that costs two microseconds on Node. */
export const contextFree: WeakSet<object> = new WeakSet();

/** How long to wait for futures. */
export interface DoneWait {
  /** So many of them; by default all. */
  readonly enough?: number;
  /** Milliseconds; by default for ever. */
  readonly timeout?: number | undefined;
  /** Also the first that failed is enough. */
  readonly orFailed?: boolean;
}

/**
 * Waits for futures that are not done; false when the time was over before. It costs one callback a
 * future, and leaves none of them behind, nor a timer.
 */
export function untilDone(
  futures: readonly Future<unknown>[],
  { enough = futures.length, timeout, orFailed = false }: DoneWait,
): Promise<boolean> {
  return new Promise((resolve) => {
    let missing = enough;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let ended = false;
    const end = (inTime: boolean): void => {
      if (ended) return;
      ended = true;
      realTimers.clearTimeout(timer);
      for (const future of futures) future.removeDoneCallback(onDone);
      resolve(inTime);
    };
    const onDone = (future: Future<unknown>): void => {
      if (--missing === 0) end(true);
      else if (orFailed) hasFailed(future).then((failed) => failed && end(true));
    };
    contextFree.add(onDone);
    for (const future of futures) {
      // One that was done meanwhile calls back at once.
      if (ended) return;
      future.addDoneCallback(onDone);
    }
    if (timeout !== undefined && !ended) {
      timer = realTimers.setTimeout(() => end(false), timeout);
    }
  });
}

/** True when a future that is done ended with an error, or cannot tell; a cancelled one did not. */
export async function hasFailed(future: Future<unknown>): Promise<boolean> {
  try {
    return !future.cancelled() && await future.exception() !== undefined;
  } catch {
    return true;
  }
}
