/** A small stand-in for `@std/testing/mock`. See ../README.md. */
import { AssertionError, equal } from "../assert/mod.ts";

// deno-lint-ignore no-explicit-any -- any function, as in the original's signatures
type AnyFunction = (this: any, ...args: any[]) => unknown;
// deno-lint-ignore no-explicit-any -- as above
type Self = any;

/** What was called wrongly, or mocked twice. */
export class MockError extends Error {
  override readonly name = "MockError";
}

export interface SpyCall<Args extends unknown[] = unknown[], Return = unknown> {
  args: Args;
  returned?: Return;
  error?: Error;
  self?: Self;
}

export interface Spy<Args extends unknown[] = unknown[], Return = unknown> {
  (this: Self, ...args: Args): Return;
  original: (this: Self, ...args: Args) => Return;
  calls: Array<SpyCall<Args, Return>>;
  restored: boolean;
  restore(): void;
  [Symbol.dispose](): void;
}

export type MethodSpy<Args extends unknown[] = unknown[], Return = unknown> = Spy<Args, Return>;
export type Stub<Args extends unknown[] = unknown[], Return = unknown> = Spy<Args, Return> & {
  fake: (this: Self, ...args: Args) => Return;
};

type Method<T, K extends keyof T> = T[K] extends
  (this: infer _S, ...args: infer Args extends unknown[]) => infer Return
  ? { args: Args; returned: Return }
  : never;

function record<Args extends unknown[], Return>(
  run: (this: Self, ...args: Args) => Return,
  parts: { original: (this: Self, ...args: Args) => Return; restore(): void },
): Spy<Args, Return> {
  const calls: Array<SpyCall<Args, Return>> = [];
  const result = function (this: Self, ...args: Args): Return {
    const call: SpyCall<Args, Return> = { args };
    if (this !== undefined) call.self = this;
    try {
      call.returned = run.apply(this, args);
    } catch (error) {
      call.error = error as Error;
      calls.push(call);
      throw error;
    }
    calls.push(call);
    return call.returned;
  } as Spy<Args, Return>;
  let restored = false;
  const restore = () => {
    if (restored) throw new MockError("Cannot restore: already restored");
    parts.restore();
    restored = true;
  };
  Object.defineProperties(result, {
    original: { value: parts.original },
    calls: { value: calls },
    restored: { get: () => restored },
    restore: { value: restore },
    [Symbol.dispose]: { value: () => restored || restore() },
  });
  return result;
}

function replaceMethod(
  owner: object,
  key: PropertyKey,
  make: (original: AnyFunction, restore: () => void) => AnyFunction,
): AnyFunction {
  const own = Object.getOwnPropertyDescriptor(owner, key);
  const original = (owner as Record<PropertyKey, unknown>)[key];
  if (typeof original !== "function") {
    throw new MockError(`Cannot spy: property "${String(key)}" is not an instance method`);
  }
  if ("restored" in original) throw new MockError("Cannot spy: already spying on the method");
  const restore = () => {
    if (own) Object.defineProperty(owner, key, own);
    else delete (owner as Record<PropertyKey, unknown>)[key];
  };
  const mock = make(original as AnyFunction, restore);
  const shape = own ?? { configurable: true, enumerable: true, writable: true };
  Object.defineProperty(owner, key, {
    configurable: true,
    enumerable: shape.enumerable,
    writable: true,
    value: mock,
  });
  return mock;
}

/** Records the calls of a function that does nothing, of `fn`, or of the method of an object. */
export function spy(): Spy<unknown[], undefined>;
export function spy<Args extends unknown[], Return>(
  fn: (this: Self, ...args: Args) => Return,
): Spy<Args, Return>;
export function spy<T extends object, K extends keyof T>(
  owner: T,
  method: K,
): MethodSpy<Method<T, K>["args"], Method<T, K>["returned"]>;
export function spy(target?: object, method?: PropertyKey): unknown {
  if (method !== undefined && target !== undefined) {
    return replaceMethod(
      target,
      method,
      (original, restore) => record(original, { original, restore }) as AnyFunction,
    );
  }
  const original = (target ?? (() => undefined)) as AnyFunction;
  return record(original, {
    original,
    restore: () => {
      throw new MockError("Cannot restore: function cannot be restored");
    },
  });
}

/** Replaces a method by `fake` (by default one that does nothing) and records its calls. */
export function stub<T extends object, K extends keyof T>(
  owner: T,
  method: K,
  fake?: (this: T, ...args: Method<T, K>["args"]) => Method<T, K>["returned"],
): Stub<Method<T, K>["args"], Method<T, K>["returned"]> {
  const run = (fake ?? (() => undefined)) as AnyFunction;
  const mock = replaceMethod(owner, method, (original, restore) => {
    const made = record(run, { original, restore });
    return Object.defineProperty(made, "fake", { value: run }) as AnyFunction;
  });
  return mock as unknown as Stub<Method<T, K>["args"], Method<T, K>["returned"]>;
}

/** A function that returns (or, for errors, throws) the next of `values` at each call. */
export function returnsNext<Return, Args extends unknown[] = unknown[]>(
  values: Iterable<Return | Error>,
): (...args: Args) => Return {
  const iterator = values[Symbol.iterator]();
  let calls = 0;
  return () => {
    const next = iterator.next();
    if (next.done) throw new MockError(`Not expected to be called more than ${calls} time(s)`);
    calls++;
    if (next.value instanceof Error) throw next.value;
    return next.value;
  };
}

/** The same with promises. */
export function resolvesNext<Return, Args extends unknown[] = unknown[]>(
  values: Iterable<Return | Error | Promise<Return | Error>>,
): (...args: Args) => Promise<Return> {
  const next = returnsNext<Return | Promise<Return | Error>, Args>(values);
  return async (...args) => {
    const value = await next(...args);
    if (value instanceof Error) throw value;
    return value;
  };
}

type AnySpy = { calls: Array<SpyCall<Self, Self>> };

export function assertSpyCalls(spy: AnySpy, expectedCalls: number): void {
  if (spy.calls.length === expectedCalls) return;
  const than = spy.calls.length < expectedCalls ? "not called as much" : "called more";
  throw new AssertionError(
    `Spy ${than} as expected: called ${spy.calls.length} times instead of ${expectedCalls}`,
  );
}

export interface ExpectedSpyCall {
  args?: unknown[];
  self?: unknown;
  returned?: unknown;
  error?: {
    Class?: abstract new (...args: never[]) => Error;
    msgIncludes?: string;
  };
}

export function assertSpyCall(spy: AnySpy, callIndex: number, expected?: ExpectedSpyCall): void {
  const call = callAt(spy, callIndex);
  if (!expected) return;
  for (const key of ["args", "self", "returned"] as const) {
    if (key in expected && !equal(call[key], expected[key])) {
      throw new AssertionError(`Spy's call ${callIndex} has other ${key} than expected`);
    }
  }
  if (expected.error === undefined) return;
  const { Class = Error, msgIncludes = "" } = expected.error;
  if (!(call.error instanceof Class) || !call.error.message.includes(msgIncludes)) {
    throw new AssertionError(`Spy's call ${callIndex} did not throw the expected error`);
  }
}

export function assertSpyCallArgs(spy: AnySpy, callIndex: number, expected: unknown[]): void {
  if (!equal(callAt(spy, callIndex).args, expected)) {
    throw new AssertionError(`Spy's call ${callIndex} has other arguments than expected`);
  }
}

export function assertSpyCallArg(
  spy: AnySpy,
  callIndex: number,
  argIndex: number,
  expected: unknown,
): void {
  if (!equal(callAt(spy, callIndex).args[argIndex], expected)) {
    throw new AssertionError(`Spy's call ${callIndex} has another argument ${argIndex}`);
  }
}

function callAt(spy: AnySpy, index: number): SpyCall<Self, Self> {
  const call = spy.calls[index];
  if (!call) throw new AssertionError(`Spy was not called ${index + 1} time(s)`);
  return call;
}
