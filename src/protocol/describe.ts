/** Values and paths in words, for the errors of values that cannot be sent. */
import { isPrimitive } from "./primitive.ts";

/** One step into a value: a property, an index, or words for what has no syntax. */
export type Step = string | number | { readonly text: string };

/** A step as it is written in code. */
export function describeStep(step: Step): string {
  if (typeof step === "number") return `[${step}]`;
  if (typeof step === "object") return step.text;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(step)
    ? `.${step}`
    : `[${JSON.stringify(step)}]`;
}

/** A key of a map, in a path. */
export function describeKey(key: unknown): string {
  return typeof key === "string"
    ? JSON.stringify(key)
    : isPrimitive(key)
    ? String(key)
    : typeof key;
}

/** A function, in an error message. */
// deno-lint-ignore ban-types
export function describeFunction(fn: Function): string {
  return fn.name ? `function ${fn.name}` : "a function";
}

/** An object, in an error message. */
export function describeObject(value: object): string {
  const name = value.constructor?.name;
  return name ? `an object of class ${name}` : Object.prototype.toString.call(value);
}

/** Words in place of a part of an error that cannot be sent. */
export function describePart(part: unknown): string {
  return readText(() =>
    typeof part === "function"
      ? describeFunction(part)
      : typeof part === "object" && part !== null
      ? describeObject(part)
      : part
  );
}

/** Anything as text, also what throws where it is read, or has no text. */
export function readText(read: () => unknown): string {
  try {
    return String(read());
  } catch {
    return "(cannot be read)";
  }
}
