/**
 * What the workers do in every benchmark. Each library gets these very functions, so that only the
 * way to the worker differs. The file imports nothing: every worker on every runtime can load it.
 */

/** Does nothing, and returns its number so that a lost or swapped result is noticed. */
export function noop(value: number): number {
  return value;
}

/** The small function of the map workload. */
export function square(value: number): number {
  return value * value;
}

/** A hand-made chunk of the map workload, for libraries that have no map of their own. */
export function squareAll(values: readonly number[]): number[] {
  return values.map(square);
}

/** Sends back what came. */
export function echo(value: unknown): unknown {
  return value;
}

/** Keeps one core busy for `rounds` rounds: a fixed amount of work, never a fixed time. */
export function spin(rounds: number): number {
  let state = 0x9e3779b9 | 0;
  for (let i = 0; i < rounds; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
  }
  return state >>> 0;
}

/** A run of `spin` calls, for the loop in one worker that has no pool around it. */
export function spinAll(rounds: readonly number[]): number[] {
  return rounds.map(spin);
}

/** The functions above by name. */
export const bodies = { noop, square, squareAll, echo, spin, spinAll } as const;

/** The name of one of them. */
export type BodyName = keyof typeof bodies;
