import { isEverywhere } from "./error_record.ts";
import { type ClassCodec, realm } from "./realm.ts";

/**
 * How instances of a class travel.
 *
 * @example
 * ```ts
 * import { type ClassRegistration, registerClass } from "@pool/core";
 *
 * export class Money {
 *   readonly cents: number;
 *   constructor(cents: number) {
 *     this.cents = cents;
 *   }
 * }
 * const codec: ClassRegistration<Money, number> = {
 *   encode: (money) => money.cents,
 *   decode: (cents) => new Money(cents),
 * };
 * registerClass(Money, codec);
 * console.log(codec.decode(codec.encode(new Money(250)))); // Money { cents: 250 }
 * ```
 */
export interface ClassRegistration<T, Data> {
  /** What to send of an instance; must be cloneable (or hold other registered instances). */
  readonly encode: (instance: T) => Data;
  /** Makes the instance again from what was sent. */
  readonly decode: (data: Data) => T;
  /** Name of the class on both sides; default: `Class.name`. Needed where a minifier renames. */
  readonly name?: string | undefined;
}

/**
 * Lets instances of a class keep their class across workers; without it they arrive as plain objects,
 * as in structured clone. Call it where both sides run it: at the top level of the module that defines
 * the class or the task. An error class needs no `encode` and `decode`: message, own properties, cause
 * and stack travel anyway.
 *
 * Throws a `TypeError` when another class has that name: one that was registered, or an error of the language or
 * of this library. Mirrors `copyreg.pickle`.
 *
 * @example
 * ```ts
 * import { registerClass } from "@pool/core";
 *
 * export class Point {
 *   readonly x: number;
 *   readonly y: number;
 *   constructor(x: number, y: number) {
 *     this.x = x;
 *     this.y = y;
 *   }
 * }
 * registerClass(Point, { encode: (p) => [p.x, p.y], decode: ([x, y]) => new Point(x!, y!) });
 *
 * export class PaymentError extends Error {}
 * registerClass(PaymentError);
 * ```
 */
export function registerClass<T extends object, Data>(
  type: { readonly prototype: T; readonly name: string },
  registration: ClassRegistration<T, Data>,
): void;
/** Lets instances of an error class keep their class. */
export function registerClass<T extends Error>(
  type: { readonly prototype: T; readonly name: string },
): void;
export function registerClass(
  type: { name: string; prototype: object },
  registration?: Pick<ClassCodec, "encode" | "decode"> & { readonly name?: string },
): void {
  const { name = type?.name, encode, decode } = registration ?? {};
  const whole = typeof encode === "function" && typeof decode === "function";
  if (!name || !type.prototype || (registration ? !whole : !(type.prototype instanceof Error))) {
    throw new TypeError(
      `Cannot register class ${name}: it needs a name, encode() and decode(); only error classes need no codec`,
    );
  }
  const other = realm.classesByName.get(name);
  if (isEverywhere(name) || (other && other.prototype !== type.prototype)) {
    throw new TypeError(
      `Cannot register class ${name}: another class has that name; give this one a name of its own`,
    );
  }
  const codec = {
    name,
    prototype: type.prototype,
    encode,
    decode,
  };
  realm.classesByName.set(name, codec);
  realm.classesByPrototype.set(type.prototype, codec);
}
