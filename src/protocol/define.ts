/** Sets a property whatever its name is: assigning to `__proto__` would change the prototype. */
export function define(holder: object, key: string, value: unknown): void {
  Object.defineProperty(holder, key, {
    value,
    configurable: true,
    enumerable: true,
    writable: true,
  });
}

/** The same without showing it, as the language does with the message of an error. */
export function hide(holder: object, key: string, value: unknown): void {
  Object.defineProperty(holder, key, { value, configurable: true, writable: true });
}
