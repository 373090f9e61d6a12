/** A 32-bit hash of a text (FNV-1a). */
export function hashText(text: string, seed = 2166136261): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619);
  return hash >>> 0;
}

/** A 53-bit hash of a function's source: enough to notice that two sides differ. */
export function hashSource(source: string): number {
  return hashText(source) + 2 ** 32 * (hashText(source, 1103547991) >>> 11);
}
