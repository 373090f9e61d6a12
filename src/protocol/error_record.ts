/**
 * Errors across a boundary. Structured clone loses class, code, own properties and
 * `AggregateError.errors` on every runtime (Bun also `cause`), so that errors travel as records.
 */
import { define, hide } from "./define.ts";
import { readText } from "./describe.ts";
import { errorClasses, RemoteError } from "./errors.ts";
import { realm } from "./realm.ts";
import "./shared_errors.ts";
import "./state_errors.ts";
import "./subprocess_errors.ts";

/** What travels of an error. */
export interface ErrorRecord {
  /** Name of a class that the other side knows, or `null`. */
  readonly class: string | null;
  /** The error's own idea of its name; where the class is unknown, the best name that there is. */
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Enumerable own properties. */
  readonly properties: Record<string, unknown>;
  /** The parts that the language itself keeps out of sight; see {@link HIDDEN}. */
  readonly hidden: Record<string, unknown>;
}

/** Encodes one part of an error; `name` is where it stands. MUST NOT throw, also where `read` does. */
export type EncodePart = (read: () => unknown, name: string) => unknown;

/** What the language gives errors without showing it: `AggregateError` and `SuppressedError` have the last. */
const HIDDEN = ["cause", "errors", "error", "suppressed"] as const;

/** Takes an error apart. Parts that cannot be sent are `encodePart`'s to put into words. */
export function describeError(error: Error, encodePart: EncodePart): ErrorRecord {
  const parts = error as unknown as Record<string, unknown>;
  const properties: Record<string, unknown> = {};
  for (const key of Object.keys(error)) {
    if (key !== "message" && key !== "stack") {
      define(properties, key, encodePart(() => parts[key], key));
    }
  }
  const className = classNameOf(error);
  const name = readText(() => error.name);
  return {
    class: className,
    name: className === null && isBuiltin(name)
      ? readText(() => error.constructor?.name || name)
      : name,
    message: readText(() => error.message),
    stack: readStack(error),
    properties,
    hidden: describeHidden(parts, encodePart),
  };
}

function describeHidden(
  error: Record<string, unknown>,
  encodePart: EncodePart,
): Record<string, unknown> {
  const hidden: Record<string, unknown> = {};
  for (const key of HIDDEN) {
    if (!(key in error) || Object.prototype.propertyIsEnumerable.call(error, key)) continue;
    const list: unknown = Object.getOwnPropertyDescriptor(error, key)?.value;
    // Each by itself, so that one that cannot be sent does not cost the others.
    hidden[key] = Array.isArray(list)
      ? list.map((item) => encodePart(() => item, key))
      : encodePart(() => error[key], key);
  }
  return hidden;
}

function readStack(error: Error): string | undefined {
  try {
    return typeof error.stack === "string" ? error.stack : undefined;
  } catch {
    return undefined;
  }
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

/** True for the classes of errors that every realm has. */
export function isEverywhere(name: string): boolean {
  return isBuiltin(name) || errorClasses[name] !== undefined;
}

function isBuiltin(name: string): boolean {
  return builtins.includes(name);
}

function builtin(name: string): ErrorClass | undefined {
  if (!isBuiltin(name)) return undefined;
  return (globalThis as unknown as Record<string, ErrorClass | undefined>)[name];
}

/** The class under which the other side can rebuild this error, or `null`. */
function classNameOf(error: Error): string | null {
  const prototype = Object.getPrototypeOf(error) as object;
  const registered = realm.classesByPrototype.get(prototype);
  if (registered) return registered.name;
  const name = error.constructor?.name ?? "";
  const known: unknown = errorClasses[name] ?? builtin(name);
  // Node's and Bun's own errors are of hidden subclasses whose `constructor` is the built-in class.
  if (known === error.constructor) return name;
  return (known as ErrorClass | undefined)?.prototype === prototype ? name : null;
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
  const { error, known } = createShell(record);
  shell(error);
  const partOf = (sent: unknown): unknown => {
    try {
      return revivePart(sent);
    } catch (fault) {
      return `(cannot be read: ${readText(() => fault)})`;
    }
  };
  if (record.stack !== undefined) hide(error, "stack", record.stack);
  for (const key of Object.keys(record.properties)) {
    // The name of a RemoteError is its own; the original's is in `remoteName`.
    if (key === "name" && !known) continue;
    define(error, key, partOf(record.properties[key]));
  }
  for (const key of Object.keys(record.hidden)) {
    hide(error, key, partOf(record.hidden[key]));
  }
  return error;
}

/** Whether this realm has the class of an error. */
export function isKnownError({ class: name }: ErrorRecord): boolean {
  return name === "DOMException" || classOf(name) !== undefined;
}

function classOf(name: string | null): { readonly prototype: object } | undefined {
  if (name === null) return undefined;
  return realm.classesByName.get(name) ?? errorClasses[name] ?? builtin(name);
}

/** The error without its parts; `known` where it is of its own class. */
function createShell(
  { class: name, name: ownName, message }: ErrorRecord,
): { error: Error; known: boolean } {
  if (name === "DOMException") return { error: new DOMException(message, ownName), known: true };
  const known = classOf(name);
  if (!known) {
    return { error: new RemoteError(message, { remoteName: name ?? ownName }), known: false };
  }
  const error = new Error(message);
  Object.setPrototypeOf(error, known.prototype);
  if (error.name !== ownName) hide(error, "name", ownName);
  return { error, known: true };
}
