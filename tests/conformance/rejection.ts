import { assertInstanceOf, fail } from "@std/assert";

/** An error with all that one may carry. */
export type AnyError = Error & Record<string, unknown>;

/** The error that a promise rejects with; fails when it is fulfilled or rejects with another thing. */
export async function rejection(promise: PromiseLike<unknown>): Promise<AnyError> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    assertInstanceOf(error, Error);
    return error as AnyError;
  }
  fail(`the promise was fulfilled with ${String(value)}`);
}
