/**
 * The parts of which the models of locks, conditions and barriers are made: sleeping and waking as in
 * src/multiprocessing/sync/event_count.ts, every access to shared memory a step of its own, and death.
 */
import type { Program, Step } from "./explore.ts";

/** What all programs share, and where each of them is. */
export interface SleepState {
  /** Where each is; "dying" has stopped and nobody knows, "dead" is known to all. */
  readonly at: Readonly<Record<string, string>>;
  /** How many realms say that they sleep, or are about to. */
  readonly sleepers: number;
  /** Who has read the count as it is now. */
  readonly fresh: Readonly<Record<string, boolean>>;
  /** Who is in the list of the futex, and who was woken. */
  readonly bed: Readonly<Record<string, "" | "asleep" | "rung">>;
  /** How many may still die. */
  readonly deaths: number;
}

/** Ways to break the protocol, to see that the models notice. */
export interface SleepFaults {
  /** The waiter looks at the state before it says that it sleeps. */
  readonly looksFirst?: boolean;
  /** The waiter reads the count after its look. */
  readonly readsLate?: boolean;
  /** The notifier does not count. */
  readonly noCount?: boolean;
  /** Who was woken for nothing keeps that to itself. */
  readonly noPassOn?: boolean;
}

/** Something for each program. */
export function each<T>(names: readonly string[], value: (i: number) => T): Record<string, T> {
  return Object.fromEntries(names.map((name, i) => [name, value(i)]));
}

/** The state in which these programs begin, each at "start". */
export function atStart(names: readonly string[], deaths: number): SleepState {
  return {
    at: each(names, () => "start"),
    sleepers: 0,
    fresh: each(names, () => false),
    bed: each(names, () => ""),
    deaths,
  };
}

/** Names for those who wait for ever, and for those who may give up at any time. */
export function waiterNames(patient: number, impatient: number): string[] {
  return [
    ...Array.from({ length: patient }, (_, i) => `patient ${i}`),
    ...Array.from({ length: impatient }, (_, i) => `impatient ${i}`),
  ];
}

/** A program goes on to its step `at`, with a change of the state. */
export function go<S extends SleepState>(
  state: S,
  name: string,
  at: string,
  change: Partial<S> = {},
): S {
  return { ...state, ...change, at: { ...state.at, [name]: at } };
}

/** Whether others believe that it lives. */
export function isAlive(state: SleepState, name: string): boolean {
  return state.at[name] !== "dead";
}

/** How a waiter sleeps. */
export interface Sleep {
  /** Its steps' names begin with this. */
  readonly prefix: string;
  /** Its look at the state begins here, and goes on to `got()` or `failed()` of its prefix. */
  readonly look: string;
  /** Where it goes with what it got. */
  readonly then: string;
  /** Sleeps end by themselves. */
  readonly slices: boolean;
  /**
   * Where it goes when its time is over, with the realm still in the list of the futex; it ends at
   * `aside()` of its prefix. Absent where there is no limit.
   */
  readonly late?: string;
  readonly faults?: SleepFaults;
}

/** Where a look goes that has found what was waited for. */
export const got = (prefix: string): string => `${prefix} leave`;
/** Where a look goes that has not. */
export const failed = (prefix: string): string => `${prefix} looked`;

/** Where a program ends whose time was over. */
export const aside = (prefix: string): string => `${prefix} aside`;

/** Whether a program is through, or dead; `prefix` of its sleep. */
export function isOver({ at }: SleepState, name: string, prefix: string): boolean {
  return ["end", "dead", aside(prefix)].includes(at[name]!);
}

/** `EventCount.wait`, from its step `${prefix} add` on. */
export function sleepSteps<S extends SleepState>(
  name: string,
  { prefix: p, look, then, slices, late, faults = {} }: Sleep,
): Record<string, Step<S>> {
  const { looksFirst, readsLate, noPassOn } = faults;
  const change = (part: object): Partial<S> => part as Partial<S>;
  const bed = (s: S, where: "" | "asleep"): Partial<S> =>
    change({ bed: { ...s.bed, [name]: where } });
  const fewer = (s: S): Partial<S> => change({ sleepers: s.sleepers - 1 });
  const read = (s: S): Partial<S> => change({ fresh: { ...s.fresh, [name]: true } });
  return {
    [`${p} add`]: (s) =>
      looksFirst && s.at[name] === `${p} add`
        ? [go(s, name, look)]
        : [go(s, name, `${p} read`, change({ sleepers: s.sleepers + 1 }))],
    [`${p} read`]: (s) => [
      readsLate ? go(s, name, look) : go(s, name, looksFirst ? `${p} sleep` : look, read(s)),
    ],
    [`${p} looked`]: (s) => [
      looksFirst
        ? go(s, name, `${p} read`, change({ sleepers: s.sleepers + 1 }))
        : go(s, name, `${p} sleep`, readsLate ? read(s) : {}),
    ],
    [`${p} sleep`]: (s) => [
      s.fresh[name] ? go(s, name, `${p} doze`, bed(s, "asleep")) : go(s, name, `${p} sub`),
    ],
    [`${p} doze`]: (s) => [
      ...(slices || s.bed[name] === "rung" ? [go(s, name, `${p} sub`, bed(s, ""))] : []),
      // The timer ends the wait while the realm is still in the list.
      ...(late !== undefined ? [go(s, name, late)] : []),
    ],
    [`${p} sub`]: (s) => [go(s, name, `${p} add`, fewer(s))],
    [`${p} leave`]: (s) => [go(s, name, then, looksFirst ? {} : fewer(s))],
    // Nobody of this realm waits any more. Its promise is resolved by a wake-up, or after a slice.
    [`${p} aside`]: (s) => [
      ...(slices ? [go(s, name, "end", { ...bed(s, ""), ...fewer(s) })] : []),
      ...(s.bed[name] === "rung"
        ? [go(s, name, noPassOn ? "end" : `${p} pass ask`, { ...bed(s, ""), ...fewer(s) })]
        : []),
    ],
    ...notifySteps<S>(name, { prefix: `${p} pass`, then: "end", realms: () => 1 }),
  };
}

/** `EventCount.notify`, from its step `${prefix} ask` on. */
export function notifySteps<S extends SleepState>(
  name: string,
  { prefix: p, then, realms, faults = {} }: {
    readonly prefix: string;
    readonly then: string;
    readonly realms: (state: S) => number;
    readonly faults?: SleepFaults;
  },
): Record<string, Step<S>> {
  return {
    [`${p} ask`]: (s) => [go(s, name, s.sleepers > 0 ? `${p} count` : then)],
    [`${p} count`]: (s) => {
      const fresh = Object.fromEntries(Object.keys(s.fresh).map((one) => [one, false]));
      return [go(s, name, `${p} wake`, (faults.noCount ? {} : { fresh }) as Partial<S>)];
    },
    [`${p} wake`]: (s) => {
      const asleep = Object.keys(s.bed).filter((one) => s.bed[one] === "asleep");
      const wake = (some: string[]): S => {
        const rung = Object.fromEntries(some.map((one) => [one, "rung"]));
        return go(s, name, then, { bed: { ...s.bed, ...rung } } as Partial<S>);
      };
      // Of several, any: which one is first in the list does not matter.
      if (realms(s) >= asleep.length) return [wake(asleep)];
      return asleep.map((one) => wake([one]));
    },
  };
}

/** The same program, whose realm may die before any of its steps. */
export function mortal<S extends SleepState>(
  name: string,
  steps: Readonly<Record<string, Step<S>>>,
): Program<S> {
  const program: Record<string, Step<S>> = {};
  for (const [at, step] of Object.entries(steps)) {
    program[at] = (s) => {
      const dies = s.deaths > 0
        ? [go(s, name, "dying", { deaths: s.deaths - 1 } as Partial<S>)]
        : [];
      return [...step(s), ...dies];
    };
  }
  // Until it is known it stays in the list of the futex, and may eat a wake-up.
  program["dying"] = (s) => [
    go(s, name, "dead", { bed: { ...s.bed, [name]: "" } } as Partial<S>),
  ];
  return program;
}
