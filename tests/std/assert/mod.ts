/** A small stand-in for `@std/assert`: the same signatures, shorter messages. See ../README.md. */
import { inspect, isDeepStrictEqual } from "node:util";

/** What every assertion of this module throws. */
export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

// deno-lint-ignore no-explicit-any -- any class, as in the original's signature
type AnyClass<T = any> = abstract new (...args: any[]) => T;
type Falsy = false | 0 | 0n | "" | null | undefined;

const show = (value: unknown): string => inspect(value, { depth: 6, compact: 3, sorted: true });

function raise(reason: string, msg?: string): never {
  throw new AssertionError(msg ? `${reason}: ${msg}` : reason);
}

export function fail(msg?: string): never {
  raise("Failed assertion", msg);
}

export function unreachable(msg?: string): never {
  raise("Unreachable", msg);
}

export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) throw new AssertionError(msg);
}

export function assertFalse(expr: unknown, msg = ""): asserts expr is Falsy {
  if (expr) throw new AssertionError(msg);
}

export function assertExists<T>(actual: T, msg?: string): asserts actual is NonNullable<T> {
  if (actual === undefined || actual === null) {
    raise(`Expected actual: "${actual}" to not be null or undefined`, msg);
  }
}

export function equal(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(a, b);
}

export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) return;
  raise(
    `Values are not equal\n  actual:   ${show(actual)}\n  expected: ${show(expected)}`,
    msg,
  );
}

export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) raise(`Expected values other than ${show(expected)}`, msg);
}

export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  if (Object.is(actual, expected)) return;
  raise(
    `Values are not strictly equal\n  actual:   ${show(actual)}\n  expected: ${show(expected)}`,
    msg,
  );
}

export function assertNotStrictEquals<T>(actual: T, expected: T, msg?: string): void {
  if (Object.is(actual, expected)) {
    raise(`Expected a value not strictly equal to ${show(expected)}`, msg);
  }
}

export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance?: number,
  msg?: string,
): void {
  if (Object.is(actual, expected)) return;
  const allowed = tolerance ?? (Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7);
  if (Math.abs(expected - actual) <= allowed) return;
  raise(`Expected actual: "${actual}" to be close to "${expected}" (within ${allowed})`, msg);
}

export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual > expected)) raise(`Expect ${show(actual)} > ${show(expected)}`, msg);
}

export function assertGreaterOrEqual<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual >= expected)) raise(`Expect ${show(actual)} >= ${show(expected)}`, msg);
}

export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual < expected)) raise(`Expect ${show(actual)} < ${show(expected)}`, msg);
}

export function assertLessOrEqual<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual <= expected)) raise(`Expect ${show(actual)} <= ${show(expected)}`, msg);
}

export function assertMatch(actual: string, expected: RegExp, msg?: string): void {
  if (!expected.test(actual)) raise(`Expected actual: "${actual}" to match: "${expected}"`, msg);
}

export function assertNotMatch(actual: string, expected: RegExp, msg?: string): void {
  if (expected.test(actual)) raise(`Expected actual: "${actual}" to not match: "${expected}"`, msg);
}

export function assertStringIncludes(actual: string, expected: string, msg?: string): void {
  if (!actual.includes(expected)) {
    raise(`Expected actual: "${actual}" to contain: "${expected}"`, msg);
  }
}

export function assertArrayIncludes<T>(
  actual: ArrayLike<T>,
  expected: ArrayLike<T>,
  msg?: string,
): void {
  const there = Array.from(actual);
  const missing = Array.from(expected).filter((item) => !there.some((one) => equal(one, item)));
  if (missing.length > 0) {
    raise(`Expected actual: "${show(actual)}" to include: "${show(missing)}"`, msg);
  }
}

export function assertObjectMatch(
  // deno-lint-ignore no-explicit-any -- any object, as in the original's signature
  actual: Record<PropertyKey, any>,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void {
  if (matches(actual, expected, new Map())) return;
  raise(`Objects do not match\n  actual:   ${show(actual)}\n  expected: ${show(expected)}`, msg);
}

/** Plain objects and arrays match by the keys of `expected`, everything else by equality. */
function matches(actual: unknown, expected: unknown, seen: Map<object, unknown>): boolean {
  if (!isContainer(expected)) return equal(actual, expected);
  if (!isContainer(actual) || Array.isArray(actual) !== Array.isArray(expected)) return false;
  if (seen.get(expected) === actual) return true;
  seen.set(expected, actual);
  const values = actual as Record<PropertyKey, unknown>;
  return Reflect.ownKeys(expected).every((key) =>
    key in actual && matches(values[key], (expected as Record<PropertyKey, unknown>)[key], seen)
  );
}

function isContainer(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return true;
  return Object.prototype.toString.call(value) === "[object Object]";
}

export function assertInstanceOf<T extends AnyClass>(
  actual: unknown,
  expectedType: T,
  msg = "",
): asserts actual is InstanceType<T> {
  if (actual instanceof expectedType) return;
  raise(`Expected object to be an instance of "${expectedType.name}" but was ${show(actual)}`, msg);
}

export function assertNotInstanceOf<A, T>(
  actual: A,
  unexpectedType: AnyClass<T>,
  msg?: string,
): asserts actual is Exclude<A, T> {
  if (actual instanceof unexpectedType) {
    raise(`Expected object to not be an instance of "${unexpectedType.name}"`, msg);
  }
}

export function assertIsError<E extends Error = Error>(
  error: unknown,
  ErrorClass?: AnyClass<E>,
  msgMatches?: string | RegExp,
  msg?: string,
): asserts error is E {
  if (!(error instanceof Error)) {
    raise(`Expected "error" to be an Error object but was ${show(error)}`, msg);
  }
  if (ErrorClass && !(error instanceof ErrorClass)) {
    const found = `"${error.constructor?.name}" (${error.message})`;
    raise(`Expected error to be instance of "${ErrorClass.name}", but was ${found}`, msg);
  }
  const fits = msgMatches === undefined ||
    (typeof msgMatches === "string"
      ? error.message.includes(msgMatches)
      : msgMatches.test(error.message));
  if (!fits) {
    raise(`Expected error message to include "${msgMatches}", but got "${error.message}"`, msg);
  }
}

type Rest = [msg?: string];
type ClassRest<E> = [ErrorClass: AnyClass<E>, msgIncludes?: string, msg?: string];

export function assertThrows(fn: () => unknown, msg?: string): unknown;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: AnyClass<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows(fn: () => unknown, ...rest: Rest | ClassRest<Error>): unknown {
  try {
    fn();
  } catch (error) {
    return judge(error, rest);
  }
  raise("Expected function to throw", message(rest));
}

export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: AnyClass<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects(
  fn: () => PromiseLike<unknown>,
  ...rest: Rest | ClassRest<Error>
): Promise<unknown> {
  let promise: PromiseLike<unknown>;
  try {
    promise = fn();
  } catch (error) {
    raise(`Function throws when expected to reject (${show(error)})`, message(rest));
  }
  if (typeof promise?.then !== "function") {
    raise("Function did not return a promise when expected to reject", message(rest));
  }
  try {
    await promise;
  } catch (error) {
    return judge(error, rest);
  }
  raise("Expected function to reject", message(rest));
}

const message = (rest: Rest | ClassRest<Error>): string | undefined =>
  typeof rest[0] === "function" ? rest[2] : rest[0];

function judge(error: unknown, rest: Rest | ClassRest<Error>): unknown {
  if (typeof rest[0] === "function") assertIsError(error, rest[0], rest[1], rest[2]);
  return error;
}
