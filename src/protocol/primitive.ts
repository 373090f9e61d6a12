/** True for what needs no copy: it cannot be changed by anyone. */
export function isPrimitive(value: unknown): boolean {
  switch (typeof value) {
    case "object":
      return value === null;
    case "function":
    case "symbol":
      return false;
    default:
      return true;
  }
}

/** True where all of them are. Every call passes here, also the first ones of a program: few steps. */
export function arePrimitive(values: readonly unknown[]): boolean {
  for (let i = 0; i < values.length; i++) {
    if (typeof values[i] !== "number" && !isPrimitive(values[i])) return false;
  }
  return true;
}
