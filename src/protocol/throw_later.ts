/**
 * An uncaught error, as the web's events make of it; not by reportError(), which Node does not have. In the
 * program's own turn, also where its tests have put a fake there.
 */
export function throwLater(error: unknown): void {
  globalThis.queueMicrotask(() => {
    throw error;
  });
}
