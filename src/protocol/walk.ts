/** Visits the objects of a value, each once; `visit` says true where it needs not go deeper. */
export function walk(value: unknown, visit: (object: object) => boolean): void {
  const seen = new Set<object>();
  const rest: unknown[] = [value];
  while (rest.length > 0) {
    const next = rest.pop();
    if (typeof next !== "object" || next === null || seen.has(next)) continue;
    seen.add(next);
    if (visit(next) || ArrayBuffer.isView(next)) continue;
    if (next instanceof Map) { for (const entry of next) rest.push(...entry); }
    else if (next instanceof Set) { for (const item of next) rest.push(item); }
    else for (const item of Object.values(next)) rest.push(item);
  }
}
