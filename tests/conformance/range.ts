/** `[0, 1, … length - 1]`: Python's `range`. */
export const range = (length: number): number[] => Array.from({ length }, (_, i) => i);
