/** Checks what users pass. Bad input fails at the call that brought it, before anything was sent. */

/** As {@link checkDuration}; for ever is the same as nothing. */
export function checkTimeout(value: unknown, name: string): number | undefined {
  return endless(checkDuration(value, name));
}

/** No limit is the cheapest one. */
export function endless(milliseconds: number | undefined): number | undefined {
  return milliseconds === Infinity ? undefined : milliseconds;
}

/**
 * A time in milliseconds: a negative one counts as 0; throws for NaN and for what is no number. Infinite
 * where the user wants no limit in spite of a default.
 */
export function checkDuration(value: unknown, name: string): number | undefined {
  const duration = checkType<number>(value, name, "number", "a number of milliseconds");
  if (duration === undefined) return undefined;
  if (Number.isNaN(duration)) throw new RangeError(`Cannot use ${name}: it is NaN`);
  return Math.max(0, duration);
}

/** How long a wait may take (ms); anything but `{ timeout }` is refused: Python's takes a number. */
export function checkWait(
  options: { readonly timeout?: number } | undefined,
  call: string,
): number | undefined {
  if (options === undefined) return undefined;
  return checkTimeout(checkOptions(options, call, ["timeout"]).timeout, "timeout");
}

/** A whole number from `least` to `most`, or `Infinity` where there is no most. */
export function checkCount(
  value: unknown,
  name: string,
  least: number,
  most: number = Infinity,
): number | undefined {
  const count = checkType<number>(value, name, "number", "a number");
  if (count === undefined) return undefined;
  const isWhole = Number.isInteger(count) || count === Infinity;
  if (isWhole && count >= least && count <= most) return count;
  const range = isWhole && count > most ? `at most ${most}` : `a whole number of at least ${least}`;
  throw new RangeError(`Cannot use ${name}: it must be ${range}, not ${count}`);
}

/** A finite number. */
export function checkNumber(value: unknown, name: string): number | undefined {
  const number = checkType<number>(value, name, "number", "a number");
  if (number === undefined || Number.isFinite(number)) return number;
  throw new RangeError(`Cannot use ${name}: it must be finite, not ${number}`);
}

/** A function, or nothing. */
export function checkFunction<T>(value: T, name: string): T {
  return checkType<T>(value, name, "function", "a function") as T;
}

/** True or false, or nothing. */
export function checkBoolean(value: unknown, name: string): boolean | undefined {
  return checkType<boolean>(value, name, "boolean", "true or false");
}

/** A string, or nothing. */
export function checkString(value: unknown, name: string): string | undefined {
  return checkType<string>(value, name, "string", "a string");
}

function checkType<T>(
  value: unknown,
  name: string,
  type: "number" | "function" | "boolean" | "string",
  words: string,
): T | undefined {
  return value === undefined || typeof value === type
    ? value as T | undefined
    : refuse(name, words, value);
}

/** Throws a `TypeError` for what is of a wrong kind. */
export function refuse(name: string, words: string, value: unknown): never {
  throw new TypeError(`Cannot use ${name}: it must be ${words}, not ${show(value)}`);
}

/** One of some strings, or nothing. */
export function checkChoice<T extends string>(
  value: unknown,
  name: string,
  choices: readonly T[],
  more = "",
): T | undefined {
  if (value === undefined) return undefined;
  if (choices.includes(value as T)) return value as T;
  const list = choices.map((choice) => JSON.stringify(choice)).join(", ");
  return refuse(name, `one of ${list}${more}`, value);
}

/** An array of arguments, or nothing. */
export function checkArray(value: unknown, name: string): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : refuse(name, "an array", value);
}

/** An abort signal, or nothing. */
export function checkSignal(value: unknown): AbortSignal | undefined {
  if (value === undefined) return undefined;
  const signal = value as Partial<AbortSignal> | null;
  if (typeof signal?.aborted === "boolean" && typeof signal.addEventListener === "function") {
    return value as AbortSignal;
  }
  return refuse("signal", "an AbortSignal", value);
}

const NONE: readonly string[] = [];

/** An options object, or nothing. Options that do not exist are refused: they are misspelt. */
export function checkOptions<T extends object>(
  value: T | undefined,
  call: string,
  names: readonly string[],
  more = NONE,
): Partial<T> {
  if (value === undefined) return {};
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError(`Cannot ${call}: options must be an object, not ${show(value)}`);
  }
  for (const name of Object.keys(value)) {
    if (names.includes(name) || more.includes(name)) continue;
    throw new TypeError(
      `Cannot ${call}: there is no option ${show(name)}; there are ${
        [...names, ...more].join(", ")
      }`,
    );
  }
  return value;
}

/** A value in an error message, short. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "an object";
  if (typeof value === "function") return "a function";
  return String(value);
}
