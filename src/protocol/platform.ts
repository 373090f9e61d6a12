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

/** A clone that is of the same class, or nothing: some runtimes clone what they cannot to `{}`. */
export function cloneOf(value: object): object | undefined {
  try {
    const clone = structuredClone(value);
    return Object.getPrototypeOf(clone) === Object.getPrototypeOf(value) ? clone : undefined;
  } catch {
    return undefined;
  }
}

/** True for `new Number(1)` and the like: the only platform objects that are all data. */
export function isBoxed(value: object): boolean {
  return value instanceof Number || value instanceof String || value instanceof Boolean ||
    value instanceof BigInt;
}
