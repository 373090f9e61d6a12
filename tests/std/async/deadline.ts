import { abortable } from "./abortable.ts";

export interface DeadlineOptions {
  signal?: AbortSignal;
}

/** Rejects with a DOMException named "TimeoutError" when `promise` takes longer than `ms`. */
export async function deadline<T>(
  promise: PromiseLike<T>,
  ms: number,
  options: DeadlineOptions = {},
): Promise<T> {
  const timeout = new AbortController();
  const late = () => timeout.abort(new DOMException("Signal timed out.", "TimeoutError"));
  const timer = setTimeout(late, ms);
  const signals = options.signal ? [timeout.signal, options.signal] : [timeout.signal];
  try {
    return await abortable(promise, AbortSignal.any(signals));
  } finally {
    clearTimeout(timer);
  }
}
