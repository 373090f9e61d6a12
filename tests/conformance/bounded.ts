import { it as register } from "node:test";

/** A test that takes longer (ms) hangs. Generous: the machine may be busy with other things. */
const LONGEST_TEST = 20_000;

/** `it()` of `node:test` with the same bound on every runtime. */
export function it(name: string, fn: () => unknown, longest: number = LONGEST_TEST): void {
  register(name, { timeout: longest * 2 }, async () => {
    await within(longest, fn, "the test");
  });
}

/** Resolves as `fn` does; rejects when that takes longer than so many milliseconds. */
export async function within<T>(
  longest: number,
  fn: () => T | PromiseLike<T>,
  what = "it",
): Promise<Awaited<T>> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`${what} has not ended after ${longest} ms`)),
    longest,
  );
  try {
    return await Promise.race([fn(), late]);
  } finally {
    clearTimeout(timer);
  }
}
