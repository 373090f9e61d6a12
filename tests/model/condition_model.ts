/**
 * The places of a condition (src/multiprocessing/sync/condition_engine.ts). Its lock is one step here, as
 * it has a model of its own.
 */
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
  waiterNames,
} from "./sleepers.ts";

/** A place's ticket: a number, or "" while nobody has it, or "!" when it was notified. */
type Ticket = number | "" | "!";

/** What these programs share. */
export interface ConditionState extends SleepState {
  readonly lock: string;
  readonly lastTicket: number;
  /** By waiter, of whom each has one place. */
  readonly tickets: Readonly<Record<string, Ticket>>;
  /** What a notifier or an heir is about to do: whom to mark, with the ticket it saw; whom to free. */
  readonly plans: Readonly<Record<string, Plan>>;
  readonly toNotify: number;
  /** Notifications that were for somebody, and waits that ended by one. */
  readonly owed: number;
  readonly paid: number;
}

interface Plan {
  readonly count: number;
  /** What it marks next is its own, and not what the dead have left. */
  readonly own: boolean;
  readonly waiting: readonly (readonly [string, Ticket])[];
  readonly dead: readonly string[];
}

/** Ways to break it. */
export interface ConditionFaults {
  /** Takes its place after it has given the lock back. */
  readonly entersLate?: boolean;
  /** Who gives up does not take the lock for it. */
  readonly leavesUnlocked?: boolean;
  /** Wakes one realm, whoever was notified. */
  readonly wakesOne?: boolean;
  /** What the dead were given is gone. */
  readonly noHeirs?: boolean;
  /** Marks also who has been marked in the meantime. */
  readonly marksBlindly?: boolean;
}

/** Who takes part. */
export interface ConditionSize {
  readonly patient: number;
  /** So many may give up at any time. */
  readonly impatient?: number;
  readonly notifications: number;
  readonly slices?: boolean;
  readonly deaths?: number;
}

const NOBODY: Plan = { count: 0, own: false, waiting: [], dead: [] };

export function conditionModel(
  { patient, impatient = 0, notifications, slices = false, deaths = 0 }: ConditionSize,
  faults: ConditionFaults = {},
): Model<ConditionState> {
  const waiters = waiterNames(patient, impatient);
  const programs: Record<string, Program<ConditionState>> = {
    notifier: mortal("notifier", notifier(faults)),
  };
  for (const name of waiters) programs[name] = mortal(name, waiter(name, slices, faults));
  const names = ["notifier", ...waiters];
  return {
    start: {
      ...atStart(names, deaths),
      lock: "",
      lastTicket: 0,
      tickets: each(waiters, () => "" as const),
      plans: each(names, () => NOBODY),
      toNotify: notifications,
      owed: 0,
      paid: 0,
    },
    programs,
    isDone: (s) =>
      isOver(s, "notifier", "w") &&
      (s.paid >= s.owed || waiters.every((name) => isOver(s, name, "w"))),
    // A death between two steps may wake one too many.
    isWrong: (s) => s.paid > s.owed + (deaths - s.deaths),
  };
}

/** Takes the lock, which the dead do not hold. */
function lockThen(name: string, at: string): Step<ConditionState> {
  return (s) => s.lock === "" || !isAlive(s, s.lock) ? [go(s, name, at, { lock: name })] : [];
}

function setTicket(s: ConditionState, name: string, ticket: Ticket): Partial<ConditionState> {
  return { tickets: { ...s.tickets, [name]: ticket } };
}

function setPlan(s: ConditionState, name: string, plan: Plan): Partial<ConditionState> {
  return { plans: { ...s.plans, [name]: plan } };
}

function survey(s: ConditionState, count: number, faults: ConditionFaults): Plan {
  const all = Object.entries(s.tickets);
  const waiting = all.filter(([name, ticket]) => typeof ticket === "number" && isAlive(s, name));
  const dead = all.filter(([name, ticket]) => ticket === "!" && !isAlive(s, name));
  return {
    count,
    own: count > 0,
    waiting: waiting.sort(([, a], [, b]) => Number(a) - Number(b)),
    dead: faults.noHeirs ? [] : dead.map(([name]) => name),
  };
}

function notifier(faults: ConditionFaults): Record<string, Step<ConditionState>> {
  const name = "notifier";
  const mark = (s: ConditionState): ConditionState[] => {
    const plan = s.plans[name]!, [next, ...waiting] = plan.waiting;
    if (!next || plan.count === 0) return [go(s, name, "free")];
    const [who, ticket] = next;
    const marks = faults.marksBlindly || s.tickets[who] === ticket;
    const count = plan.count - Number(marks), own = plan.own && !marks;
    const rest = {
      ...setPlan(s, name, { ...plan, waiting, count, own }),
      owed: s.owed + Number(plan.own && marks),
    };
    return [go(s, name, "mark", marks ? { ...rest, ...setTicket(s, who, "!") } : rest)];
  };
  const free = (s: ConditionState): ConditionState[] => {
    const plan = s.plans[name]!, [one, ...dead] = plan.dead;
    if (one === undefined) return [go(s, name, "n ask")];
    // Nobody waits who could have it: it is forgotten.
    const vain = Number(plan.count > Math.max(plan.waiting.length, Number(plan.own)));
    const rest = setPlan(s, name, { ...plan, dead, count: plan.count - vain });
    return [go(s, name, "free", { ...rest, ...setTicket(s, one, ""), owed: s.owed - vain })];
  };
  return {
    start: (s) => s.toNotify === 0 ? [go(s, name, "end")] : lockThen(name, "survey")(s),
    survey: (s) => {
      const plan = survey(s, 1, faults);
      // Somebody waits whom it cannot see.
      const unseen = plan.waiting.length === 0 && Object.values(s.at).includes("enter");
      const all = { ...plan, count: 1 + plan.dead.length };
      const owed = s.owed + Number(unseen);
      const change = { ...setPlan(s, name, all), owed, toNotify: s.toNotify - 1 };
      return [go(s, name, "mark", change)];
    },
    mark,
    free,
    ...notifySteps<ConditionState>(name, {
      prefix: "n",
      then: "unlock",
      realms: () => faults.wakesOne ? 1 : Infinity,
    }),
    unlock: (s) => [go(s, name, "start", { lock: "", ...setPlan(s, name, NOBODY) })],
  };
}

function waiter(
  name: string,
  slices: boolean,
  faults: ConditionFaults,
): Record<string, Step<ConditionState>> {
  const { entersLate, leavesUnlocked, noHeirs } = faults;
  const look = (s: ConditionState): ConditionState =>
    go(s, name, s.tickets[name] === "!" ? got("w") : failed("w"));
  return {
    start: lockThen(name, entersLate ? "unlock" : "enter"),
    enter: (s) => {
      const ticket = s.lastTicket + 1;
      const change = { ...setTicket(s, name, ticket), lastTicket: ticket };
      return [go(s, name, entersLate ? "w add" : "unlock", change)];
    },
    unlock: (s) => [go(s, name, entersLate ? "enter" : "w add", { lock: "" })],
    ...sleepSteps<ConditionState>(name, {
      prefix: "w",
      look: "look",
      then: "lock again",
      slices,
      ...(name.startsWith("impatient") && { late: leavesUnlocked ? "ask" : "lock again" }),
    }),
    // Once in a slice it looks for what the dead have left.
    look: (s) => [look(s), ...(slices && !noHeirs ? [go(s, name, "look for dead")] : [])],
    "look for dead": (s) => {
      const { waiting, dead } = survey(s, 0, faults);
      const rank = waiting.findIndex(([one]) => one === name);
      const left = rank < 0 ? undefined : dead[rank];
      if (left === undefined) return [look(s)];
      return [
        go(
          s,
          name,
          "inherit",
          setPlan(s, name, { ...NOBODY, waiting: [waiting[rank]!], dead: [left] }),
        ),
      ];
    },
    inherit: (s) => {
      const [, ticket] = s.plans[name]!.waiting[0]!;
      if (s.tickets[name] !== ticket) return [look({ ...s, ...setPlan(s, name, NOBODY) })];
      return [go(s, name, "bury", setTicket(s, name, "!"))];
    },
    bury: (s) => {
      const { waiting: [own], dead: [one] } = s.plans[name]!;
      const rest = { ...s, ...setPlan(s, name, NOBODY) };
      const freed = s.tickets[one!] === "!";
      return [look({ ...rest, ...(freed ? setTicket(s, one!, "") : setTicket(s, name, own![1])) })];
    },
    "lock again": lockThen(name, "leave"),
    // Without the lock it may be notified between the look and the end.
    ask: (s) => [go(s, name, s.tickets[name] === "!" ? "leave" : "go")],
    go: (s) => [go(s, name, aside("w"), setTicket(s, name, ""))],
    leave: (s) => {
      const paid = s.paid + Number(s.tickets[name] === "!");
      return [go(s, name, "unlock again", { ...setTicket(s, name, ""), paid })];
    },
    "unlock again": (s) => [go(s, name, aside("w"), s.lock === name ? { lock: "" } : {})],
  };
}
