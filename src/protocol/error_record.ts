/**
 * Errors across a boundary. Structured clone loses class, code, own properties and
 * `AggregateError.errors` on every runtime (Bun also `cause`), so that errors travel as records.
 */
import { libraryErrors, RemoteError } from "./errors.ts";
import { realm } from "./realm.ts";

/** What travels of an error. */
export interface ErrorRecord {
  /** Name of a class that the other side knows, or `null`. */
  readonly class: string | null;
  /** The error's own idea of its name. */
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Enumerable own properties. */
  readonly properties: Record<string, unknown>;
  /** `[cause]` where there is one: `undefined` is a cause too. */
  readonly cause: [unknown] | undefined;
  /** `AggregateError.errors`. */
  readonly errors: unknown[] | undefined;
}

/** Encodes one part of an error; `name` is where it stands. */
export type EncodePart = (part: unknown, name: string) => unknown;

/** Takes an error apart. Parts that cannot be sent are `encodePart`'s to put into words. */
export function describeError(error: Error, encodePart: EncodePart): ErrorRecord {
  const properties: Record<string, unknown> = {};
  for (const key of Object.keys(error)) {
    if (key === "message" || key === "stack" || key === "cause" || key === "errors") continue;
    properties[key] = encodePart(error[key as never], key);
  }
  const errors = (error as { errors?: unknown }).errors;
  return {
    class: classNameOf(error),
    name: String(error.name),
    message: String(error.message),
    stack: typeof error.stack === "string" ? error.stack : undefined,
    properties,
    cause: "cause" in error ? [encodePart(error.cause, "cause")] : undefined,
    errors: Array.isArray(errors) ? errors.map((e) => encodePart(e, "errors")) : undefined,
  };
}

const builtins: readonly string[] = [
  "Error",
  "TypeError",
  "RangeError",
  "SyntaxError",
  "ReferenceError",
  "EvalError",
  "URIError",
  "AggregateError",
  "SuppressedError",
  "DOMException",
];

type ErrorClass = { prototype: Error };

function builtin(name: string): ErrorClass | undefined {
  if (!builtins.includes(name)) return undefined;
  return (globalThis as unknown as Record<string, ErrorClass | undefined>)[name];
}

/** The class under which the other side can rebuild this error, or `null`. */
function classNameOf(error: Error): string | null {
  const prototype = Object.getPrototypeOf(error) as object;
  const registered = realm.classesByPrototype.get(prototype);
  if (registered) return registered.name;
  const name = error.constructor?.name ?? "";
  const known = libraryErrors[name] ?? builtin(name);
  return known?.prototype === prototype ? name : null;
}

/**
 * Puts an error together again. The class's constructor is not called: its arguments are unknown.
 * An error of an unknown class becomes a `RemoteError`.
 *
 * @param shell gets the new error before its parts are revived, so that a cycle finds it
 */
export function rebuildError(
  record: ErrorRecord,
  revivePart: (part: unknown) => unknown,
  shell: (error: Error) => void,
): Error {
  const error = createShell(record);
  shell(error);
  if (record.stack !== undefined) hide(error, "stack", record.stack);
  for (const key of Object.keys(record.properties)) {
    const value = revivePart(record.properties[key]);
    Object.defineProperty(error, key, {
      value,
      configurable: true,
      enumerable: true,
      writable: true,
    });
  }
  if (record.cause) hide(error, "cause", revivePart(record.cause[0]));
  if (record.errors) hide(error, "errors", record.errors.map(revivePart));
  return error;
}

function createShell({ class: name, name: ownName, message }: ErrorRecord): Error {
  if (name === "DOMException") return new DOMException(message, ownName);
  const known = name === null
    ? undefined
    : realm.classesByName.get(name) ?? libraryErrors[name] ?? builtin(name);
  if (!known) return new RemoteError(message, { remoteName: name ?? ownName });
  const error = new Error(message);
  Object.setPrototypeOf(error, known.prototype);
  return error;
}

function hide(error: Error, name: string, value: unknown): void {
  Object.defineProperty(error, name, { value, configurable: true, writable: true });
}
