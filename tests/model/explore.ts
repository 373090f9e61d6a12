/** Walks through every interleaving of a few small programs: a model checker in fifty lines. */

/** One atomic step: the states that may follow, none while it must wait. */
export type Step<S> = (state: S) => S[];

/** Programs by name; each is a list of steps, and `state.at[name]` is the index of its next one. */
export interface Model<S extends { readonly at: Readonly<Record<string, number>> }> {
  readonly start: S;
  readonly programs: Readonly<Record<string, readonly Step<S>[]>>;
  /** True where it is right that nothing more happens. */
  isDone(state: S): boolean;
}

/** What was found. */
export interface Exploration<S> {
  readonly states: number;
  /** States in which nothing can happen, and that are not done. */
  readonly stuck: S[];
}

/** Visits every state that can be reached. */
export function explore<S extends { readonly at: Readonly<Record<string, number>> }>(
  { start, programs, isDone }: Model<S>,
): Exploration<S> {
  const seen = new Set([JSON.stringify(start)]);
  const open = [start];
  const stuck: S[] = [];
  for (let state = open.pop(); state; state = open.pop()) {
    const current = state;
    const next = Object.entries(programs).flatMap(([name, steps]) =>
      steps[current.at[name]!]!(current)
    );
    if (next.length === 0 && !isDone(current)) stuck.push(current);
    for (const successor of next) {
      const key = JSON.stringify(successor);
      if (seen.has(key)) continue;
      seen.add(key);
      open.push(successor);
    }
  }
  return { states: seen.size, stuck };
}
