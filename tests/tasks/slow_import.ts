/** A module that takes its time: see the pool suite on time limits. */
await new Promise((resolve) => setTimeout(resolve, 300));

export function double(x: number): number {
  return 2 * x;
}
