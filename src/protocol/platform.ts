/**
 * True for the prototype of a plain object, also of one from another realm: test runners run modules in contexts
 * of their own, to which messages bring objects of the main one.
 */
export function isPlain(prototype: object | null): boolean {
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

const platformPrototypes = new WeakMap<object, boolean>();

/**
 * True for instances of classes that come with the runtime (`URL`, `Headers`, `Promise`, generators):
 * their state is hidden, so that a copy of their properties would be an empty object.
 */
export function isPlatform(prototype: object): boolean {
  let verdict = platformPrototypes.get(prototype);
  if (verdict === undefined) {
    verdict = false;
    let link: object | null = prototype;
    while (link && link !== Object.prototype && !verdict) {
      if (Object.hasOwn(link, "constructor")) verdict = isNative(link.constructor);
      link = Object.getPrototypeOf(link);
    }
    platformPrototypes.set(prototype, verdict);
  }
  return verdict;
}

function isNative(constructor: unknown): boolean {
  // The `constructor` of generator prototypes is an object.
  if (typeof constructor !== "function") return true;
  const { name } = constructor;
  if (name && (globalThis as unknown as Record<string, unknown>)[name] === constructor) return true;
  return /\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(constructor));
}

const kindOf = Object.prototype.toString;

/**
 * A clone that is of the same class, or that of another realm; or nothing: some runtimes clone what they cannot to
 * `{}`.
 */
export function cloneOf(value: object): object | undefined {
  try {
    const clone = structuredClone(value);
    const prototype = Object.getPrototypeOf(clone);
    const same = prototype === Object.getPrototypeOf(value) ||
      (!isPlain(prototype) && kindOf.call(clone) === kindOf.call(value));
    return same ? clone : undefined;
  } catch {
    return undefined;
  }
}

/** True for `new Number(1)` and the like, and for what is plain data in another realm: every process takes them. */
export function isData(value: object): boolean {
  return DATA.test(kindOf.call(value));
}

const DATA = /^\[object (Number|String|Boolean|BigInt|Map|Set|Date|RegExp|Error|ArrayBuffer)\]$/;
