/** Lanes and jobs without a scheduler around them. */
import type { KnownFunction } from "../../src/core/functions.ts";
import { Job, type JobRequest } from "../../src/core/job.ts";
import { Lane } from "../../src/core/lane.ts";
import type { LaneEvents } from "../../src/core/lane_events.ts";
import { FakeAdapter, type FakeOptions, type FakeWorker } from "./fake_adapter.ts";

/** A function that takes so long (ms) by what is known. */
export function known(estimate = Infinity): KnownFunction {
  const id = ++functions;
  const reference = { kind: "source", name: "", source: `${id}` } as const;
  return { id, name: `f${id}`, estimate, carriage: 0, reference, batches: true };
}

let functions = 0;

/** A job that nobody waits for. */
export function makeJob(
  { fn = known(), args = [], ...request }: JobRequest & Partial<Pick<Job, "fn" | "args">> = {},
): Job {
  return new Job(fn, args, { resolve() {}, reject() {} }, request);
}

/** What a lane told, in order: the event's name and what it was about. */
export type Told = [event: keyof LaneEvents, ...about: unknown[]];

/** A lane, its worker, and what the lane told. */
export interface Lonely {
  readonly lane: Lane;
  readonly worker: FakeWorker;
  readonly told: Told[];
}

/** Starts a lane whose worker is ready. */
export function makeLane(options: FakeOptions = {}, seat = 0): Lonely {
  const adapter = new FakeAdapter({ boots: false, ...options });
  const told: Told[] = [];
  const note = (event: keyof LaneEvents) => (...about: unknown[]) =>
    void told.push([event, ...about]);
  const events: LaneEvents = {
    ready: note("ready"),
    setupFailed: note("setupFailed"),
    done: note("done"),
    partlyDone: note("partlyDone"),
    givenBack: note("givenBack"),
    measured: note("measured"),
    progressed: note("progressed"),
    items: note("items"),
    reported: note("reported"),
    wrote: note("wrote"),
    hasOutgoing: note("hasOutgoing"),
    closed: note("closed"),
    ended: note("ended"),
  };
  const spec = { workerId: seat + 1, seat, name: `lane ${seat}` };
  const lane = new Lane(
    adapter,
    spec,
    { setup: [], finalizer: null, reportMemory: false },
    events,
  );
  const worker = adapter.workers[0]!;
  if (options.boots !== false) worker.ready();
  told.length = 0;
  return { lane, worker, told };
}
