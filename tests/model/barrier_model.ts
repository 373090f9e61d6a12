/** The phases and places of a barrier (src/multiprocessing/sync/barrier_engine.ts). */
import type { Model, Program, Step } from "./explore.ts";
import {
  aside,
  atStart,
  each,
  failed,
  go,
  got,
  isAlive,
  isOver,
  mortal,
  notifySteps,
  type SleepState,
  sleepSteps,
} from "./sleepers.ts";

interface Place {
  readonly phase: number;
  readonly owner: string;
}

/** What these programs share. */
export interface BarrierState extends SleepState {
  /** Even while it is whole, odd when it is broken. */
  readonly phase: number;
  readonly places: readonly Place[];
  /** Which phases were reset. */
  readonly resets: readonly number[];
  /** Of each visitor: the phase that it has read, and the place that it has or looks at. */
  readonly saw: Readonly<Record<string, number>>;
  readonly place: Readonly<Record<string, number>>;
  /** How often each has still to come. */
  readonly toCome: Readonly<Record<string, number>>;
  /** What came of each visit that has ended: who, of which phase, and whether it passed. */
  readonly visits: readonly (readonly [string, number, boolean])[];
}

/** Ways to break it. */
export interface BarrierFaults {
  /** The last one moves the phase on, whatever it is by now. */
  readonly tripsBlindly?: boolean;
  /** A reset does not write down that it was one. */
  readonly forgetsReset?: boolean;
  /** Wakes the others before it moves the phase on. */
  readonly wakesFirst?: boolean;
  /** Who breaks it wakes nobody. */
  readonly breaksSilently?: boolean;
  /** Nobody looks for the dead. */
  readonly ignoresDead?: boolean;
}

/** Who takes part. */
export interface BarrierSize {
  readonly parties: number;
  /** How often each comes. */
  readonly visits: readonly number[];
  /** These may give up at any time. */
  readonly impatient?: readonly number[];
  readonly resets?: number;
  readonly slices?: boolean;
  readonly deaths?: number;
}

export function barrierModel(
  { parties, visits, impatient = [], resets = 0, slices = false, deaths = 0 }: BarrierSize,
  faults: BarrierFaults = {},
): Model<BarrierState> {
  const visitors = visits.map((_, i) => `visitor ${i}`);
  const programs: Record<string, Program<BarrierState>> = { resetter: resetter(faults) };
  for (const [i, name] of visitors.entries()) {
    programs[name] = mortal(name, visitor(name, parties, impatient.includes(i), slices, faults));
  }
  const names = ["resetter", ...visitors];
  const start = atStart(names, deaths);
  return {
    start: {
      ...start,
      phase: 2,
      places: Array.from({ length: parties }, () => ({ phase: 0, owner: "" })),
      resets: [],
      saw: each(names, () => 0),
      place: each(names, () => 0),
      toCome: each(names, (i) => i === 0 ? resets : visits[i - 1]!),
      visits: [],
    },
    programs,
    isDone: (s) => {
      const over = (name: string): boolean => isOver(s, name, "w");
      if (names.every(over)) return true;
      // Those who are too few may wait on, where none of them is dead.
      const here = s.places.filter(({ phase }) => phase === s.phase);
      const tooFew = here.length < parties && here.every(({ owner }) => isAlive(s, owner));
      const waits = (name: string): boolean => s.at[name] === "w doze" && s.saw[name] === s.phase;
      return tooFew && names.every((name) => over(name) || waits(name));
    },
    isWrong: (s) => {
      const passed = new Map<number, number>(), broken = new Set<number>();
      for (const [, phase, passes] of s.visits) {
        if (passes) passed.set(phase, (passed.get(phase) ?? 0) + 1);
        else broken.add(phase);
      }
      return [...passed].some(([phase, count]) => count > parties || broken.has(phase));
    },
  };
}

function visitor(
  name: string,
  parties: number,
  isImpatient: boolean,
  slices: boolean,
  faults: BarrierFaults,
): Record<string, Step<BarrierState>> {
  const set = (s: BarrierState, saw: number, place: number): Partial<BarrierState> => ({
    saw: { ...s.saw, [name]: saw },
    place: { ...s.place, [name]: place },
  });
  const ended = (s: BarrierState, passes: boolean): Partial<BarrierState> => {
    const all = [...s.visits, [name, s.saw[name]!, passes] as const];
    return { visits: all.sort((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1) };
  };
  const isLast = (s: BarrierState): boolean => s.place[name] === parties - 1;
  const passes = (s: BarrierState): boolean =>
    s.phase !== s.saw[name]! + 1 && !s.resets.includes(s.saw[name]!);
  const next = (s: BarrierState): BarrierState => go(s, name, "start", set(s, 0, 0));
  return {
    start: (s) => {
      const left = s.toCome[name]!;
      if (left === 0) return [go(s, name, "end")];
      return [go(s, name, "w add", { toCome: { ...s.toCome, [name]: left - 1 } })];
    },
    ...sleepSteps<BarrierState>(name, {
      prefix: "w",
      look: "look",
      then: "over",
      slices,
      ...(isImpatient && { late: "give up" }),
    }),
    look: (s) => {
      const some = s.places.some((one) => one.phase === s.phase && !isAlive(s, one.owner));
      if (some && !faults.ignoresDead) return [go(s, name, "b move", { saw: s.saw })];
      return [go(s, name, s.saw[name] === 0 ? "read phase" : "ask")];
    },
    // Breaks it for the dead, then looks again.
    "b move": (s) => [
      s.phase % 2 === 0 ? go(s, name, "b ask", { phase: s.phase + 1 }) : go(s, name, "look"),
    ],
    ...notifySteps<BarrierState>(name, { prefix: "b", then: "look", realms: () => Infinity }),
    "read phase": (s) => [
      s.phase % 2 === 1
        ? go(s, name, got("w"), set(s, s.phase - 1, 0))
        : go(s, name, "take", set(s, s.phase, 0)),
    ],
    take: (s) => {
      const saw = s.saw[name]!, at = s.place[name]!, found = s.places[at];
      if (!found || found.phase > saw) {
        return [go(s, name, s.phase === saw ? failed("w") : "read phase", set(s, 0, 0))];
      }
      if (found.phase === saw) return [go(s, name, "take", set(s, saw, at + 1))];
      const places = s.places.map((one, i) => i === at ? { phase: saw, owner: name } : one);
      return [go(s, name, at === parties - 1 ? "look" : "ask", { places })];
    },
    ask: (s) => [
      go(s, name, s.phase === s.saw[name] && !isLast(s) ? failed("w") : got("w")),
    ],
    over: (s) => {
      if (s.phase === s.saw[name]) return [go(s, name, faults.wakesFirst ? "t ask" : "trip")];
      return [next({ ...s, ...ended(s, passes(s)) })];
    },
    trip: (s) => {
      const saw = s.saw[name]!;
      if (s.phase !== saw && !faults.tripsBlindly) return [next({ ...s, ...ended(s, false) })];
      return [
        go(s, name, faults.wakesFirst ? "tripped" : "t ask", { phase: saw + 2, ...ended(s, true) }),
      ];
    },
    ...notifySteps<BarrierState>(name, {
      prefix: "t",
      then: faults.wakesFirst ? "trip" : "tripped",
      realms: () => Infinity,
    }),
    tripped: (s) => [next(s)],
    "give up": (s) => [
      s.phase === s.saw[name] || (s.saw[name] === 0 && s.phase % 2 === 0)
        ? go(s, name, faults.breaksSilently ? "gave up" : "g ask", { phase: s.phase + 1 })
        : go(s, name, "gave up"),
    ],
    ...notifySteps<BarrierState>(name, { prefix: "g", then: "gave up", realms: () => Infinity }),
    "gave up": (s) => [
      go(s, name, aside("w"), s.saw[name] === 0 ? {} : ended(s, passes(s))),
    ],
  };
}

function resetter(faults: BarrierFaults): Record<string, Step<BarrierState>> {
  const name = "resetter";
  const saw = (s: BarrierState, phase: number): Partial<BarrierState> => ({
    saw: { ...s.saw, [name]: phase },
  });
  return {
    start: (s) => {
      const left = s.toCome[name]!;
      if (left === 0) return [go(s, name, "end")];
      return [go(s, name, "break", { toCome: { ...s.toCome, [name]: left - 1 } })];
    },
    break: (s) => {
      if (s.phase % 2 === 1) return [go(s, name, "write", saw(s, s.phase))];
      if (!s.places.some(({ phase }) => phase === s.phase)) return [go(s, name, "start")];
      return [go(s, name, "b ask", { phase: s.phase + 1, ...saw(s, s.phase + 1) })];
    },
    ...notifySteps<BarrierState>(name, { prefix: "b", then: "write", realms: () => Infinity }),
    write: (s) => {
      const resets = [...new Set([...s.resets, s.saw[name]! - 1])];
      return [go(s, name, "move", faults.forgetsReset ? {} : { resets })];
    },
    move: (s) =>
      s.phase === s.saw[name]
        ? [go(s, name, "m ask", { phase: s.phase + 1 })]
        : [go(s, name, "start")],
    ...notifySteps<BarrierState>(name, { prefix: "m", then: "start", realms: () => Infinity }),
  };
}
