/** What passes between a lane and those who own it: how it starts, what it tells, and what it leaves. */
import type { Outcome, SentValue, SetupCall } from "../protocol/messages.ts";
import type { Identity } from "../protocol/realm.ts";
import type { WorkerEnd, WorkerOutput } from "./backend.ts";
import type { Batch } from "./batch.ts";
import type { Job } from "./job.ts";
import type { Lane } from "./lane.ts";

/** A worker's life as the host sees it. */
export type LaneState =
  /** Its set-up runs. */
  | "starting"
  /** It takes jobs. */
  | "open"
  /** It finishes what it has, then closes. */
  | "retiring"
  /** Its finalizer runs. */
  | "closing"
  /** It ended, or was given up. */
  | "gone";

/** What a worker is told at its start. */
export interface LaneStart {
  readonly setup: readonly SetupCall[];
  readonly finalizer: SetupCall | null;
  readonly reportMemory: boolean;
  readonly identity?: Identity;
}

/** What a lane tells those who own it. */
export interface LaneEvents extends JobEvents {
  ready(lane: Lane): void;
  setupFailed(lane: Lane, error: SentValue): void;
  /** Replies came, so that there may be room. */
  progressed(lane: Lane): void;
  items(job: Job, items: readonly SentValue[]): void;
  reported(jobId: number, value: SentValue): void;
  /** The worker wrote to its output. */
  wrote(lane: Lane, output: WorkerOutput): void;
  /** It waits for {@link Lane.flush} at the end of this turn. */
  hasOutgoing(lane: Lane): void;
  /** The finalizer is through. */
  closed(lane: Lane, error: SentValue | null): void;
  /** The worker is gone, also after a kill; called once. */
  ended(lane: Lane, end: WorkerEnd): void;
}

/** What is told of jobs as they come back. */
export interface JobEvents {
  /** A job is done; `payload` as in a reply. */
  done(job: Job, outcome: Outcome, payload: unknown): void;
  /** The first calls of a batch are done. */
  partlyDone(batch: Batch, results: readonly unknown[]): void;
  /** Calls of a batch did not run and are to wait again; the last one first. */
  givenBack(jobs: readonly Job[]): void;
  /** So many calls of a function took so long (ms). */
  measured(functionId: number, calls: number, milliseconds: number): void;
}

/** What a lane had when it ended. */
export interface LaneRemains {
  /** Begun, or nobody can tell; some may be settled, because they were aborted. */
  readonly begun: Job[];
  /** Never begun: these can go to another worker. */
  readonly waiting: Job[];
}
