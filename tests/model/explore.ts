/** Walks through every interleaving of a few small programs: a model checker in a page. */

/** One atomic step: the states that may follow, none while it must wait. */
export type Step<S> = (state: S) => S[];

/** Where programs are: the number or the name of the next step of each. */
export type Places = Readonly<Record<string, string | number>>;

/** The steps of one program by number or name; one that has none there has ended. */
export type Program<S> = readonly Step<S>[] | Readonly<Record<string, Step<S>>>;

/** Programs by name; `state.at[name]` says which step of each is the next one. */
export interface Model<S extends { readonly at: Places }> {
  readonly start: S;
  readonly programs: Readonly<Record<string, Program<S>>>;
  /** True where it is right that nothing more happens. */
  isDone(state: S): boolean;
  /** True for what must never be. */
  isWrong?(state: S): boolean;
}

/** What was found. */
export interface Exploration<S> {
  readonly states: number;
  /** States in which nothing can happen, and that are not done. */
  readonly stuck: S[];
  /** States from which none that is done can be reached any more, whatever happens. */
  readonly doomed: S[];
  /** States that must never be. */
  readonly wrong: S[];
}

/** Visits every state that can be reached. */
export function explore<S extends { readonly at: Places }>(
  { start, programs, isDone, isWrong = () => false }: Model<S>,
): Exploration<S> {
  const all = [start], places = new Map([[JSON.stringify(start), 0]]);
  /** By state: those that lead to it. */
  const before: number[][] = [[]];
  const stuck: S[] = [];
  for (let place = 0; place < all.length; place++) {
    const current = all[place]!;
    const next = Object.entries(programs).flatMap(([name, steps]) =>
      steps[current.at[name] as never] ? (steps[current.at[name] as never] as Step<S>)(current) : []
    );
    if (next.length === 0 && !isDone(current)) stuck.push(current);
    for (const successor of next) {
      const key = JSON.stringify(successor);
      let found = places.get(key);
      if (found === undefined) {
        places.set(key, found = all.push(successor) - 1);
        before.push([]);
      }
      before[found]!.push(place);
    }
  }
  return {
    states: all.length,
    stuck,
    doomed: doomed(all, before, isDone),
    wrong: all.filter(isWrong),
  };
}

function doomed<S>(all: S[], before: number[][], isDone: (state: S) => boolean): S[] {
  const open = [...all.keys()].filter((place) => isDone(all[place]!));
  const saved = new Set(open);
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    for (const earlier of before[place]!) {
      if (saved.has(earlier)) continue;
      saved.add(earlier);
      open.push(earlier);
    }
  }
  return all.filter((_, place) => !saved.has(place));
}
