/** Finds the workers that have had nothing to do for too long: one timer for all of them. */
import type { Clock } from "./backend.ts";
import type { Lane } from "./lane.ts";

/** What the watch needs of its crew. */
export interface IdleWatchConfig {
  readonly clock: Clock;
  /** Milliseconds; without it nothing is watched. */
  readonly idleTimeout: number | undefined;
  readonly lanes: Iterable<Lane>;
  /** There are more workers than are kept anyway. */
  mayShrink(): boolean;
  /** The worker was idle for too long. */
  expired(lane: Lane): void;
}

/** Watches idle workers as long as there are some. */
export class IdleWatch {
  readonly #config: IdleWatchConfig;
  #timer: unknown;

  constructor(config: IdleWatchConfig) {
    this.#config = config;
  }

  /** A worker has nothing to do from now on. */
  note(lane: Lane): void {
    const { clock, idleTimeout } = this.#config;
    lane.lastSign = clock.now();
    if (idleTimeout === undefined || this.#timer !== undefined) return;
    this.#timer = clock.setTimeout(() => this.#look(idleTimeout), idleTimeout);
  }

  /** No timer is left. */
  stop(): void {
    this.#config.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #look(idleTimeout: number): void {
    this.#timer = undefined;
    const { clock } = this.#config;
    const now = clock.now();
    let soonest = Infinity;
    for (const lane of this.#config.lanes) {
      if (!this.#config.mayShrink()) return;
      if (!lane.idle) continue;
      const left = lane.lastSign + idleTimeout - now;
      if (left > 0) soonest = Math.min(soonest, left);
      else this.#config.expired(lane);
    }
    if (soonest < Infinity) {
      this.#timer = clock.setTimeout(() => this.#look(idleTimeout), Math.ceil(soonest));
    }
  }
}
