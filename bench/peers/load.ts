/**
 * Loads a package that only bench/peers has. The name is not a literal where it is imported, so that
 * type checks need no peer to be installed.
 */
export function loadPeer<T>(specifier: string): Promise<T> {
  return import(specifier);
}
