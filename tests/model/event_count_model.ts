/** An event count alone: tokens that one gives and several wait for, each of which is for one. */
import type { Model, Program } from "./explore.ts";
import {
  aside,
  atStart,
  failed,
  go,
  got,
  isAlive,
  mortal,
  notifySteps,
  type SleepFaults,
  type SleepState,
  sleepSteps,
  waiterNames,
} from "./sleepers.ts";

/** What these programs share. */
export interface TokenState extends SleepState {
  readonly tokens: number;
  readonly toGive: number;
}

/** Ways to break it. */
export interface TokenFaults extends SleepFaults {
  /** The notifier asks whether somebody sleeps before it gives. */
  readonly asksFirst?: boolean;
}

/** Who takes part. */
export interface TokenSize {
  /** So many wait for ever. */
  readonly patient: number;
  /** So many may give up at any time. */
  readonly impatient: number;
  readonly tokens: number;
  readonly slices?: boolean;
  /** So many of those who wait may die. */
  readonly deaths?: number;
}

export function tokenModel(
  { patient, impatient, tokens, slices = false, deaths = 0 }: TokenSize,
  faults: TokenFaults = {},
): Model<TokenState> {
  const waiters = waiterNames(patient, impatient);
  const programs: Record<string, Program<TokenState>> = { giver: giver(faults) };
  for (const name of waiters) {
    const late = name.startsWith("impatient") ? aside("w") : undefined;
    programs[name] = mortal<TokenState>(name, {
      start: (s) => [go(s, name, "w add")],
      look: (s) => [
        s.tokens > 0 ? go(s, name, got("w"), { tokens: s.tokens - 1 }) : go(s, name, failed("w")),
      ],
      ...sleepSteps<TokenState>(name, {
        prefix: "w",
        look: "look",
        then: "has one",
        slices,
        faults,
        ...(late !== undefined && { late }),
      }),
    });
  }
  const isWaiting = (s: TokenState, name: string): boolean =>
    isAlive(s, name) && !["has one", "end", aside("w")].includes(s.at[name]!) &&
    !s.at[name]!.startsWith("w pass");
  return {
    start: { ...atStart(["giver", ...waiters], deaths), tokens: 0, toGive: tokens },
    programs,
    isDone: (s) =>
      s.at["giver"] === "end" && (s.tokens === 0 || !waiters.some((name) => isWaiting(s, name))),
  };
}

function giver(faults: TokenFaults): Program<TokenState> {
  const give = (s: TokenState, at: string): TokenState =>
    go(s, "giver", at, { tokens: s.tokens + 1, toGive: s.toGive - 1 });
  const steps = notifySteps<TokenState>("giver", {
    prefix: "n",
    then: faults.asksFirst ? "give late" : "start",
    realms: () => 1,
    faults,
  });
  return {
    ...steps,
    start: (s) => [
      s.toGive === 0
        ? go(s, "giver", "end")
        : faults.asksFirst
        ? go(s, "giver", "n ask")
        : give(s, "n ask"),
    ],
    "give late": (s) => [give(s, "start")],
  };
}
