/** What a crew is made of, and what it tells. */
import type { SetupCall } from "../protocol/messages.ts";
import type { WorkerAdapter, WorkerEnd, WorkerSettings } from "./backend.ts";
import type { Lane } from "./lane.ts";
import type { LaneRemains } from "./lane_events.ts";

/** How many workers there are, and what each is given. */
export interface CrewConfig {
  readonly adapter: WorkerAdapter;
  /** Most workers at a time. */
  readonly workers: number;
  /** As many are kept, also when there is nothing to do. */
  readonly minWorkers: number;
  /** Milliseconds after which an idle worker above `minWorkers` goes. */
  readonly idleTimeout: number | undefined;
  /** A worker that is not ready after this time (ms) has failed. */
  readonly spawnTimeout: number;
  readonly maxTasksPerChild: number | undefined;
  /** Bytes. */
  readonly maxMemoryPerChild: number | undefined;
  readonly name: string;
  readonly settings: WorkerSettings;
  readonly initializer: SetupCall | undefined;
  readonly finalizer: SetupCall | undefined;
  /**
   * What breaks the crew at once, where otherwise another worker would be started: one that does not
   * come up, or that and every death.
   */
  readonly breaksOn?: "failedStart" | "death" | undefined;
}

/** What the crew tells the scheduler. */
export interface CrewEvents {
  /** A worker ended that should not have. */
  lost(lane: Lane, remains: LaneRemains, end: WorkerEnd): void;
  up(lane: Lane): void;
  down(lane: Lane, end: WorkerEnd, expected: boolean, error: unknown): void;
  /** It takes no more jobs. */
  retired(lane: Lane): void;
  /** There may be fewer workers than waiting jobs want. */
  shrunk(): void;
  /** No worker can be brought up. */
  broken(cause: unknown): void;
  /** After `close` or `terminate`: the last worker is gone. */
  empty(): void;
}
