import { delay } from "./delay.ts";

export class RetryError extends Error {
  override readonly name = "RetryError";
  constructor(cause: unknown, attempts: number) {
    super(`Retrying exceeded the maxAttempts (${attempts}).`, { cause });
  }
}

export interface RetryOptions {
  multiplier?: number;
  maxTimeout?: number;
  maxAttempts?: number;
  minTimeout?: number;
  jitter?: number;
}

/** Calls `fn` until it succeeds, waiting longer each time; units are milliseconds. */
export async function retry<T>(
  fn: (() => Promise<T>) | (() => T),
  options: RetryOptions = {},
): Promise<T> {
  const { multiplier = 2, maxTimeout = 60_000, maxAttempts = 5, minTimeout = 1000, jitter = 1 } =
    options;
  for (let attempt = 1;; attempt++) {
    try {
      return await fn();
    } catch (error) {
      if (attempt >= maxAttempts) throw new RetryError(error, maxAttempts);
      const pause = Math.min(maxTimeout, minTimeout * multiplier ** (attempt - 1));
      await delay(pause * (1 - jitter * Math.random()));
    }
  }
}
