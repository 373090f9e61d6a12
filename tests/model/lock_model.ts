/** The lock of src/multiprocessing/sync: the owner's word, and the word of the next turn. */
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

/** What these programs share. */
export interface LockState extends SleepState {
  readonly owner: string;
  readonly next: string;
  /** What each has read of these words, and where its attempt leads. */
  readonly saw: Readonly<Record<string, string>>;
  readonly then: Readonly<Record<string, string>>;
  /** How often each has still to take it. */
  readonly toTake: Readonly<Record<string, number>>;
}

/** Ways to break it. */
export interface LockFaults {
  /** Wakes the others before it gives the lock back. */
  readonly wakesFirst?: boolean;
  /** Wakes one, also where all others stand back for another. */
  readonly wakesOne?: boolean;
  /** Does not look again after it has claimed the next turn. */
  readonly looksOnce?: boolean;
  /** Takes what a living one holds. */
  readonly robs?: boolean;
  /** Stands back also for the dead. */
  readonly awaitsDead?: boolean;
  /** Does not take from the dead. */
  readonly leavesDead?: boolean;
}

/** Who takes part. */
export interface LockSize {
  /** How often each takes it. */
  readonly takes: readonly number[];
  /** These may give up at any time. */
  readonly impatient?: readonly number[];
  readonly slices?: boolean;
  readonly deaths?: number;
}

export function lockModel(
  { takes, impatient = [], slices = false, deaths = 0 }: LockSize,
  faults: LockFaults = {},
): Model<LockState> {
  const names = takes.map((_, i) => `taker ${i}`);
  const programs: Record<string, Program<LockState>> = {};
  for (const [i, name] of names.entries()) {
    programs[name] = mortal(name, taker(name, impatient.includes(i), slices, faults));
  }
  return {
    start: {
      ...atStart(names, deaths),
      owner: "",
      next: "",
      saw: each(names, () => ""),
      then: each(names, () => ""),
      toTake: each(names, (i) => takes[i]!),
    },
    programs,
    isDone: (s) => names.every((name) => isOver(s, name, "w")),
    isWrong: (s) => names.filter((name) => s.at[name] === "holds").length > 1,
  };
}

function taker(
  name: string,
  isImpatient: boolean,
  slices: boolean,
  faults: LockFaults,
): Record<string, Step<LockState>> {
  const saw = (s: LockState, what: string): Partial<LockState> => ({
    saw: { ...s.saw, [name]: what },
  });
  const attempt = (s: LockState, then: string): LockState =>
    go(s, name, "load owner", { then: { ...s.then, [name]: then } });
  /** At first it does not wait, and has no turn to give back. */
  const taken = (s: LockState): string => s.then[name] === "first" ? "holds" : got("w");
  const refused = (s: LockState): string => s.then[name] === "first" ? "w add" : "be hungry";
  const release: Record<string, Step<LockState>> = {
    "give back": (s) => [go(s, name, faults.wakesFirst ? "start" : "ask turn", { owner: "" })],
    "ask turn": (s) => [go(s, name, "r ask", saw(s, s.next))],
    ...notifySteps<LockState>(name, {
      prefix: "r",
      then: faults.wakesFirst ? "give back" : "start",
      realms: (s) => s.saw[name] === "" || faults.wakesOne ? 1 : Infinity,
    }),
  };
  return {
    start: (s) =>
      s.toTake[name] === 0
        ? [go(s, name, "end")]
        : [attempt({ ...s, toTake: { ...s.toTake, [name]: s.toTake[name]! - 1 } }, "first")],
    "again": (s) => [attempt(s, "waiting")],
    "load owner": (s) => {
      const dead = s.owner !== "" && !isAlive(s, s.owner) && !faults.leavesDead;
      const free = s.owner === "" || dead || faults.robs;
      return [go(s, name, free ? "load next" : refused(s), saw(s, s.owner))];
    },
    "load next": (s) => {
      if (s.next === "" || s.next === name) return [go(s, name, "swap owner")];
      const dead = !isAlive(s, s.next) && !faults.awaitsDead;
      const clear = go(s, name, "swap owner", { next: "" });
      if (dead) return [clear];
      // Its courtesy ends with time, which only those see who look by themselves.
      return [go(s, name, refused(s)), ...(slices && !faults.awaitsDead ? [clear] : [])];
    },
    "swap owner": (s) =>
      s.owner === s.saw[name]
        ? [go(s, name, taken(s), { owner: name })]
        : [go(s, name, refused(s))],
    // Whether it has waited for long is a matter of time: both.
    "be hungry": (s) => {
      if (s.then[name] === "last") return [go(s, name, failed("w"))];
      const hungry = s.next === "" ? [{ ...s, next: name }] : [];
      return [
        go(s, name, failed("w")),
        ...hungry.map((one) =>
          faults.looksOnce ? go(one, name, failed("w")) : attempt(one, "last")
        ),
      ];
    },
    ...sleepSteps<LockState>(name, {
      prefix: "w",
      look: "again",
      then: "end turn",
      slices,
      ...(isImpatient && { late: "end turn" }),
    }),
    "end turn": (s) => [
      s.next === name ? go(s, name, "look at owner", { next: "" }) : go(s, name, after(s, name)),
    ],
    "look at owner": (s) => [
      go(s, name, s.owner === "" ? "t ask" : after(s, name)),
    ],
    ...notifySteps<LockState>(name, { prefix: "t", then: "turn ended", realms: () => Infinity }),
    "turn ended": (s) => [go(s, name, after(s, name))],
    holds: (s) => [go(s, name, faults.wakesFirst ? "ask turn" : "give back")],
    ...release,
  };
}

function after(s: LockState, name: string): string {
  return s.owner === name ? "holds" : aside("w");
}
