/** What a `Value`, or an element of a `SharedArray`, can be. */
import { checkChoice, show } from "../../core/options.ts";

/**
 * Type of a {@linkcode Value} or of the elements of a {@linkcode SharedArray}: integers with and without
 * sign, floating-point numbers, truth values.
 *
 * @example
 * ```ts
 * import { type CellType, SharedArray } from "@pool/core";
 *
 * const precise = true;
 * const type: CellType = precise ? "f64" : "f32";
 * const prices = new SharedArray(type, [0.1, 0.2]);
 * console.log(await prices.get(0)); // 0.1
 * ```
 */
export type CellType =
  | "i8"
  | "u8"
  | "i16"
  | "u16"
  | "i32"
  | "u32"
  | "i64"
  | "u64"
  | "f32"
  | "f64"
  | "bool";

/**
 * What is read from and written to a cell of some type.
 *
 * @example
 * ```ts
 * import { type CellValue, Value } from "@pool/core";
 *
 * const big: CellValue<"u64"> = 2n ** 63n;
 * const flag: CellValue<"bool"> = true;
 * console.log(await new Value("u64", big).get(), await new Value("bool", flag).get()); // 9223372036854775808n true
 * ```
 */
export type CellValue<T extends CellType> = T extends "i64" | "u64" ? bigint
  : T extends "bool" ? boolean
  : number;

/**
 * What can be added to a cell of some type.
 *
 * @example
 * ```ts
 * import { type CellAddend, Value } from "@pool/core";
 *
 * const step: CellAddend<"i64"> = 10n;
 * const total = new Value("i64", 5n);
 * await total.add(step);
 * console.log((await total.get()).toString()); // 15
 * ```
 */
export type CellAddend<T extends CellType> = T extends "i64" | "u64" ? bigint
  : T extends "bool" ? never
  : number;

/** Any value of a cell. */
export type AnyCell = number | bigint | boolean;

/**
 * The typed array through which cells of some type are seen; those of `"bool"` are 0 and 1.
 *
 * @example
 * ```ts
 * import { type CellView, SharedArray } from "@pool/core";
 *
 * const pixels = new SharedArray("u8", 4);
 * const view: CellView<"u8"> = pixels.view; // a Uint8Array over the shared memory
 * view.fill(255, 0, 2);
 * console.log(await pixels.toArray()); // [255, 255, 0, 0]
 * ```
 */
export type CellView<T extends CellType> = T extends "i8" ? Int8Array
  : T extends "u8" | "bool" ? Uint8Array
  : T extends "i16" ? Int16Array
  : T extends "u16" ? Uint16Array
  : T extends "i32" ? Int32Array
  : T extends "u32" ? Uint32Array
  : T extends "i64" ? BigInt64Array
  : T extends "u64" ? BigUint64Array
  : T extends "f32" ? Float32Array
  : Float64Array;

type ViewOf<T extends CellType> = {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike): CellView<T>;
};

const VIEWS: { readonly [T in CellType]: ViewOf<T> } = {
  i8: Int8Array,
  u8: Uint8Array,
  i16: Int16Array,
  u16: Uint16Array,
  i32: Int32Array,
  u32: Uint32Array,
  i64: BigInt64Array,
  u64: BigUint64Array,
  f32: Float32Array,
  f64: Float64Array,
  bool: Uint8Array,
};

/** Bytes of one cell. */
export function bytesOf(type: CellType): number {
  return VIEWS[type].BYTES_PER_ELEMENT;
}

/** The cells of some memory as a typed array. */
export function viewOf(type: CellType, buffer: SharedArrayBuffer): CellView<CellType> {
  return new VIEWS[type](buffer);
}

/** Limits in words, of types that are not limited by exact numbers. */
const LIMITS: { readonly [T in CellType]?: readonly [string, string] } = {
  i64: ["-2**63", "2**63 - 1"],
  u64: ["0", "2**64 - 1"],
  f32: ["-3.4e38", "3.4e38"],
};

function limitsOf(type: CellType): readonly [number, number] {
  const bits = 8 * bytesOf(type);
  const lowest = type.startsWith("u") ? 0 : -(2 ** (bits - 1));
  return [lowest, lowest + 2 ** bits - 1];
}

/** One of the types. */
export function checkCellType(type: unknown): CellType {
  const known = checkChoice(type, "type", Object.keys(VIEWS) as CellType[]);
  if (known === undefined) throw new TypeError("Cannot use type: it is missing");
  return known;
}

/** A value that a cell of this type can hold; `call` and the index are for the message. */
export function checkCell(type: CellType, value: unknown, call: string, index?: number): AnyCell {
  checkKind(type, value, call, index);
  if (typeof value === "boolean" || fits(type, value)) return value;
  const [lowest, highest] = LIMITS[type] ?? limitsOf(type);
  const numbers = type === "f32" ? "numbers" : "whole numbers";
  throw new RangeError(
    `${cannot(call, index)}: ${type} holds ${numbers} from ${lowest} to ${highest}, not ${value}`,
  );
}

/** A number that may be added to a cell of this type. */
export function checkAddend(
  type: CellType,
  value: unknown,
  call: string,
  index?: number,
): number | bigint {
  if (type === "bool") throw new TypeError(`${cannot(call, index)}: it is true or false`);
  checkKind(type, value, call, index);
  const whole = typeof value === "bigint" || Number.isInteger(value);
  if (whole || type.startsWith("f")) return value as number;
  throw new RangeError(`${cannot(call, index)}: ${type} holds whole numbers, not ${String(value)}`);
}

/** What a cell is at first. */
export function zeroOf(type: CellType): AnyCell {
  return type === "bool" ? false : isBig(type) ? 0n : 0;
}

function checkKind(
  type: CellType,
  value: unknown,
  call: string,
  index: number | undefined,
): asserts value is AnyCell {
  const kind = typeof zeroOf(type);
  // deno-lint-ignore valid-typeof
  if (typeof value === kind) return;
  const given = typeof value === "bigint" ? `${value}n` : show(value);
  throw new TypeError(`${cannot(call, index)}: ${type} takes a ${kind}, not ${given}`);
}

function cannot(call: string, index: number | undefined): string {
  return `Cannot ${call}${index === undefined ? "" : ` ${index}`}`;
}

function fits(type: CellType, value: number | bigint): boolean {
  if (type === "i64") return BigInt.asIntN(64, value as bigint) === value;
  if (type === "u64") return BigInt.asUintN(64, value as bigint) === value;
  const number = value as number;
  if (type === "f64") return true;
  if (type === "f32") return Number.isFinite(Math.fround(number)) || !Number.isFinite(number);
  const [lowest, highest] = limitsOf(type);
  return Number.isInteger(number) && lowest <= number && number <= highest;
}

function isBig(type: CellType): type is "i64" | "u64" {
  return type === "i64" || type === "u64";
}
