export interface DelayOptions {
  signal?: AbortSignal;
  /** With `false` the timer does not keep the program alive. */
  persistent?: boolean;
}

/** Resolves after `ms` milliseconds, or rejects with the signal's reason. */
export function delay(ms: number, options: DelayOptions = {}): Promise<void> {
  const { signal, persistent = true } = options;
  if (signal?.aborted) return Promise.reject(signal.reason);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onAbort = () => {
    clearTimeout(timer);
    reject(signal?.reason);
  };
  const timer = setTimeout(() => {
    signal?.removeEventListener("abort", onAbort);
    resolve();
  }, ms);
  signal?.addEventListener("abort", onAbort, { once: true });
  if (!persistent) unref(timer);
  return promise;
}

/** Deno's timers may be numbers, those of Node and Bun are objects. */
function unref(timer: unknown): void {
  if (typeof timer === "object") (timer as { unref(): void }).unref();
  else (globalThis as { Deno?: { unrefTimer(id: number): void } }).Deno?.unrefTimer(Number(timer));
}
