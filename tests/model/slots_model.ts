/**
 * The sleep and wake protocol of src/protocol/slots.ts as a model: every access to shared memory is a step
 * of its own. A wake-up that is lost leaves a state in which nothing can happen.
 */
import type { Model, Step } from "./explore.ts";

/** All that the two sides share, and where each of them is. */
export interface SlotState {
  readonly at: { readonly host: number; readonly worker: number };
  /** Calls that the host has still to send. */
  readonly toSend: number;
  /** Messages that the host has still to post. */
  readonly toPost: number;
  /** How often the host may still look for results itself. */
  readonly toLook: number;
  /** What the worker has not taken: a letter for each call (`c`) and each mark for mail (`m`). */
  readonly inbox: string;
  readonly sent: number;
  /** A mark for mail is on its way. */
  readonly mailPending: boolean;
  /** Posted messages on their way. */
  readonly letters: number;
  /** How many messages the host has announced, and how many have come. */
  readonly mails: number;
  readonly came: number;
  readonly outboxTail: number;
  readonly outboxRead: number;
  readonly worker: "attentive" | "sleeping" | "parked";
  /** The thread is in `Atomics.wait`. */
  readonly dozing: boolean;
  /** `attend` messages on their way. */
  readonly messages: number;
  readonly host: "awake" | "asleep";
  /** What the host believes about that flag. */
  readonly believesAsleep: boolean;
  /** A `waitAsync` is registered. */
  readonly hearing: boolean;
  /** It was notified, and its promise will resolve. */
  readonly rung: boolean;
  /** A look was queued as a microtask. */
  readonly look: boolean;
  /** What the host read of the worker's state. */
  readonly sawWorker: string;
  /** Where the host goes after it has woken the worker, and after it has listened. */
  readonly then: number;
}

/** Ways to break the protocol, to see that the model notices. */
export interface Faults {
  /** The host does not look again after it has set its flag. */
  readonly noLook?: boolean;
  /** The host gives up looking for results itself without saying that it must be woken. */
  readonly giveUpBlindly?: boolean;
  /** The worker parks without looking again. */
  readonly parkBlindly?: boolean;
  /** The worker's doze does not compare the tail before it begins. */
  readonly dozeBlindly?: boolean;
  /** The worker does not ask for mail before it dozes. */
  readonly forgetMail?: boolean;
}

/**
 * The model for so many calls and messages, of which the host looks itself for some after it has sent them.
 * @param timeouts a doze may end by itself; without, the worker never parks again after its first call
 */
export function slotsModel(
  { calls, letters = 0, looks = 0 }: {
    readonly calls: number;
    readonly letters?: number;
    readonly looks?: number;
  },
  timeouts: boolean,
  faults: Faults = {},
): Model<SlotState> {
  return {
    start: {
      at: { host: 0, worker: PARKED_LOOP },
      toSend: calls,
      toPost: letters,
      toLook: looks,
      inbox: "",
      sent: 0,
      mailPending: false,
      letters: 0,
      mails: 0,
      came: 0,
      outboxTail: 0,
      outboxRead: 0,
      worker: "parked",
      dozing: false,
      messages: 0,
      host: "awake",
      believesAsleep: false,
      hearing: false,
      rung: false,
      look: false,
      sawWorker: "",
      then: 0,
    },
    programs: { host: hostSteps(faults), worker: workerSteps(timeouts, faults) },
    isDone: (s) => s.outboxRead === calls && s.came === letters,
  };
}

function host(state: SlotState, at: number, change: Partial<SlotState> = {}): SlotState {
  return { ...state, ...change, at: { ...state.at, host: at } };
}

/** Where the host goes once all is sent: calls it listens for, and may look for. */
function sent(state: SlotState, change: Partial<SlotState> = {}): SlotState[] {
  const { then, toLook } = state;
  if (then === IDLE) return [host(state, IDLE, change)];
  const listens = host(state, LISTEN, { ...change, then: IDLE });
  if (toLook === 0) return [listens];
  return [listens, host(listens, LISTEN, { toLook: toLook - 1, then: STAY_AWAKE })];
}

function worker(state: SlotState, at: number, change: Partial<SlotState> = {}): SlotState {
  return { ...state, ...change, at: { ...state.at, worker: at } };
}

// Program counters of the host.
const IDLE = 0, LISTEN = 1, SET_FLAG = 2, LOOK_AGAIN = 3, STORE_TAIL = 4, LOAD_WORKER = 5, WAKE = 6;
const DRAIN = 7, AFTER_DRAIN = 8, SET_AWAKE = 9, COUNT = 10, LOAD_PARKED = 11, SET_PENDING = 12;
const STORE_MARK = 13, STAY_AWAKE = 14, LOOK_OUT = 15;

function hostSteps({ noLook, giveUpBlindly }: Faults): Step<SlotState>[] {
  const steps: Step<SlotState>[] = [];
  // The event loop: sends a call, posts a message, hears the bell, or looks because it was asked to.
  steps[IDLE] = (s) => [
    ...(s.toSend > 0 ? [host(s, STORE_TAIL, { toSend: s.toSend - 1, then: LISTEN })] : []),
    ...(s.toPost > 0
      ? [host(s, COUNT, { toPost: s.toPost - 1, letters: s.letters + 1, then: IDLE })]
      : []),
    ...(s.rung ? [host(s, DRAIN, { rung: false, hearing: false, believesAsleep: false })] : []),
    ...(s.look ? [host(s, DRAIN, { look: false })] : []),
  ];
  steps[LISTEN] = (s) => [host(s, s.believesAsleep ? s.then : SET_FLAG, { hearing: true })];
  steps[SET_FLAG] = (s) => [host(s, LOOK_AGAIN, { host: "asleep" })];
  steps[LOOK_AGAIN] = (s) => {
    const nothing = noLook || s.outboxTail === s.outboxRead;
    return [nothing ? host(s, s.then, { believesAsleep: true }) : host(s, SET_AWAKE)];
  };
  steps[SET_AWAKE] = (s) => [host(s, s.then, { host: "awake", look: true })];
  // One wake-up for all that is sent in a turn.
  steps[STORE_TAIL] = (s) => {
    const sent = { inbox: `${s.inbox}c`, sent: s.sent + 1 };
    const more = s.toSend > 0 ? [host(s, STORE_TAIL, { ...sent, toSend: s.toSend - 1 })] : [];
    return [host(s, LOAD_WORKER, sent), ...more];
  };
  steps[COUNT] = (s) => [host(s, LOAD_PARKED, { mails: s.mails + 1 })];
  steps[LOAD_PARKED] = (s) => [host(s, s.worker === "parked" ? IDLE : SET_PENDING)];
  steps[SET_PENDING] = (s) => [
    s.mailPending ? host(s, IDLE) : host(s, STORE_MARK, { mailPending: true }),
  ];
  steps[STORE_MARK] = (s) => [host(s, LOAD_WORKER, { inbox: `${s.inbox}m` })];
  steps[LOAD_WORKER] = (s) => [host(s, WAKE, { sawWorker: s.worker })];
  steps[WAKE] = (s) => {
    if (s.sawWorker === "sleeping") return sent(s, { dozing: false });
    if (s.sawWorker === "parked" && s.worker === "parked") {
      return sent(s, { worker: "attentive", messages: s.messages + 1 });
    }
    return sent(s);
  };
  // It looks for results itself, for as long as it likes.
  steps[STAY_AWAKE] = (s) => [host(s, LOOK_OUT, { host: "awake", believesAsleep: false })];
  steps[LOOK_OUT] = (s) => [
    giveUpBlindly ? host(s, IDLE) : host(s, LISTEN, { then: IDLE }),
    ...(s.outboxTail !== s.outboxRead ? [host(s, DRAIN)] : []),
  ];
  steps[DRAIN] = (s) => {
    if (s.outboxTail !== s.outboxRead) return [host(s, DRAIN, { outboxRead: s.outboxRead + 1 })];
    return [host(s, AFTER_DRAIN)];
  };
  steps[AFTER_DRAIN] = (s) =>
    s.sent > s.outboxRead ? [host(s, LISTEN, { then: IDLE })] : [host(s, IDLE)];
  return steps;
}

// Program counters of the worker.
const TAKE = 0, FINISH = 1, LOAD_HOST = 2, RING = 3, SAY_SLEEPING = 4, ENTER_DOZE = 5, DOZING = 6;
const AWAKE = 7, CHECK = 8, SAY_PARKED = 9, PARK_CHECK = 10, UNPARK = 11, PARKED_LOOP = 12;
const NOTIFY = 13, ASK_MAIL = 14, CLEAR = 15, SAY_PARKED_FOR_MAIL = 16, MAIL_PARK_CHECK = 17;
const UNPARK_AND_YIELD = 18, YIELD = 19;

function workerSteps(
  timeouts: boolean,
  { parkBlindly, dozeBlindly, forgetMail }: Faults,
): Step<SlotState>[] {
  const steps: Step<SlotState>[] = [];
  steps[TAKE] = (s) => {
    if (s.inbox === "") return [worker(s, SAY_SLEEPING)];
    return [worker(s, s.inbox[0] === "c" ? FINISH : CLEAR, { inbox: s.inbox.slice(1) })];
  };
  steps[CLEAR] = (s) => [worker(s, SAY_PARKED_FOR_MAIL, { mailPending: false })];
  steps[SAY_PARKED_FOR_MAIL] = (s) => [worker(s, MAIL_PARK_CHECK, { worker: "parked" })];
  steps[MAIL_PARK_CHECK] = (s) => [worker(s, s.inbox === "" ? PARKED_LOOP : UNPARK_AND_YIELD)];
  steps[UNPARK_AND_YIELD] = (
    s,
  ) => [worker(s, YIELD, s.worker === "parked" ? { worker: "attentive" } : {})];
  // A turn of the event loop may bring a message.
  steps[YIELD] = (s) => [worker(s, TAKE), ...receive(s)];
  steps[FINISH] = (s) => [worker(s, LOAD_HOST, { outboxTail: s.outboxTail + 1 })];
  steps[LOAD_HOST] = (s) => [worker(s, s.host === "asleep" ? RING : TAKE)];
  steps[RING] = (
    s,
  ) => [s.host === "asleep" ? worker(s, NOTIFY, { host: "awake" }) : worker(s, TAKE)];
  steps[NOTIFY] = (s) => [worker(s, TAKE, { rung: s.rung || s.hearing })];
  steps[SAY_SLEEPING] = (s) => [worker(s, ASK_MAIL, { worker: "sleeping" })];
  steps[ASK_MAIL] = (s) => [worker(s, !forgetMail && s.mails !== s.came ? AWAKE : ENTER_DOZE)];
  // The futex compares and sleeps in one step.
  steps[ENTER_DOZE] = (s) => {
    const sleeps = dozeBlindly || s.inbox === "";
    return [sleeps ? worker(s, DOZING, { dozing: true }) : worker(s, AWAKE)];
  };
  steps[DOZING] = (s) => s.dozing && !timeouts ? [] : [worker(s, AWAKE, { dozing: false })];
  steps[AWAKE] = (s) => [worker(s, CHECK, { worker: "attentive" })];
  steps[CHECK] = (s) => [worker(s, s.inbox === "" ? SAY_PARKED : TAKE)];
  steps[SAY_PARKED] = (s) => [worker(s, PARK_CHECK, { worker: "parked" })];
  steps[PARK_CHECK] = (s) => {
    if (!parkBlindly && s.inbox !== "") return [worker(s, UNPARK)];
    return [worker(s, PARKED_LOOP)];
  };
  steps[UNPARK] = (s) => [worker(s, TAKE, s.worker === "parked" ? { worker: "attentive" } : {})];
  // The event loop: only a message brings it back.
  steps[PARKED_LOOP] = (s) => [
    ...(s.messages > 0 ? [worker(s, TAKE, { messages: s.messages - 1 })] : []),
    ...receive(s),
  ];
  return steps;
}

/** A posted message comes. It does not change what the worker counts as. */
function receive(s: SlotState): SlotState[] {
  return s.letters > 0 ? [worker(s, TAKE, { letters: s.letters - 1, came: s.came + 1 })] : [];
}
