/** What a worker says about things that went wrong in a task. */
import { encode, type Encoded } from "../protocol/encode.ts";
import { MaybeEncodingError, RemoteError } from "../protocol/errors.ts";

/** Encodes what a task threw; what cannot be sent is told in words. */
export function encodeThrown(error: unknown, inline = false): Encoded {
  try {
    if (inline && error instanceof ReferenceError) explainScope(error);
    return encode(error, "error");
  } catch (cause) {
    const remoteName = error === null ? "null" : typeof error;
    return encode(
      new RemoteError(`A task threw ${describe(error)}`, { cause, remoteName }),
      "error",
    );
  }
}

function explainScope(error: ReferenceError): void {
  const hint =
    " (an inline function is sent as source text and cannot see variables around it: pass them as " +
    "arguments, or define it with task())";
  try {
    const { message, stack } = error;
    error.message = message + hint;
    // The stack was taken before, with the old message in it.
    if (stack) error.stack = stack.replace(message, error.message);
  } catch {
    // Frozen, or not to be read: it stays as the task made it.
  }
}

function describe(value: unknown): string {
  const kind = typeof value === "object" ? "an object" : `a ${typeof value}`;
  try {
    return `${kind}: ${String(value)}`;
  } catch {
    return `${kind} that cannot be shown`;
  }
}

/** A generator as a result is nearly always a `stream()` that was called as `apply()`. */
export function refuseIterator(value: unknown): void {
  const iterator = value as Partial<AsyncGenerator & Generator>;
  if (typeof iterator.next !== "function") return;
  if (!iterator[Symbol.asyncIterator] && !iterator[Symbol.iterator]) return;
  throw new MaybeEncodingError(
    "Cannot send result: the task returned an iterator; call it with pool.stream()",
    { path: "result" },
  );
}
