/** What a user's function returned while this thread is blocked: nothing that takes another turn. */
export function checkSync<T>(value: T, name: string): T {
  if (!(value instanceof Promise)) return value;
  throw new TypeError(`Cannot use ${name}: it must not be async, this thread is blocked`);
}
