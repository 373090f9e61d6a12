import type { KeepAlive } from "./backend.ts";
import { PoolClosedError } from "./errors.ts";

/** An iterator over results; its user may leave it alone at any time. */
export interface Consumer {
  /** The pool ends: take nothing more. Without `force` only where nobody is waiting for an item. */
  abandon(reason: unknown, force: boolean): void;
}

/**
 * The life of a pool, and what there is to wait for before its end.
 *
 *     open ──close──▶ closing ──all is finished──▶ (its workers go) ──end──▶ ended
 *       └──────terminate──────┴─────▶ terminated ───────────────────end────────▲
 */
export class PoolLife {
  /** Resolves when the pool has ended and its last worker is gone. */
  readonly finished: Promise<void>;
  readonly #keepAlive: KeepAlive;
  readonly #through: () => void;
  readonly #consumers = new Set<Consumer>();
  #finish!: () => void;
  #state: "open" | "closing" | "terminated" | "ended" = "open";
  /** Why nothing more is accepted. */
  #refusal: (() => Error) | undefined;
  /** Jobs that are not settled, and other reasons to go on. */
  #pending = 0;

  /** @param through called after `close`, once everything that was accepted is finished */
  constructor(keepAlive: KeepAlive, through: () => void) {
    this.#keepAlive = keepAlive;
    this.#through = through;
    this.finished = new Promise((resolve) => this.#finish = resolve);
  }

  /** True until `close`, `terminate` or a fault. */
  get open(): boolean {
    return this.#state === "open";
  }

  /** Everything ends at once. */
  get terminated(): boolean {
    return this.#state === "terminated";
  }

  /** What calls reject with that are not accepted, or not finished. */
  refusal(): Error {
    return this.#refusal!();
  }

  /**
   * Throws where nothing more is accepted.
   * @param accepted for a part of what was accepted before
   */
  checkOpen(accepted = false): void {
    if (this.#refusal && !(accepted && this.#state === "closing")) throw this.#refusal();
  }

  /** One more reason to go on, such as a map that has jobs to submit. */
  hold(): void {
    if (this.#pending++ === 0) this.#keepAlive.hold();
  }

  /** One reason less, or several. */
  release(count = 1): void {
    this.#pending -= count;
    if (this.#pending > 0) return;
    if (this.#state === "open" || this.#state === "closing") this.#keepAlive.release();
    this.#closeIfDone();
  }

  /** An iterator keeps a closing pool from ending until it is through, or left alone at a join. */
  attach(consumer: Consumer): void {
    this.#consumers.add(consumer);
  }

  /** The iterator is through. */
  detach(consumer: Consumer): void {
    if (this.#consumers.delete(consumer)) this.#closeIfDone();
  }

  /** Accepts nothing more; what was accepted is finished. */
  close(): void {
    if (this.#state !== "open") return;
    this.#state = "closing";
    this.#refusal = () => new PoolClosedError("Cannot submit job: the pool is closed");
    this.#closeIfDone();
  }

  /** After `close`: iterators that were left alone are given up, so that the end comes. */
  join(): Promise<void> {
    this.abandon(new PoolClosedError("Cannot pull more items: the pool is closed"), false);
    this.#closeIfDone();
    return this.finished;
  }

  /** Accepts nothing more, and finishes nothing; false where it has ended already. */
  terminate(refusal: () => Error): boolean {
    if (this.#state === "terminated" || this.#state === "ended") return false;
    this.#state = "terminated";
    this.#refusal = refusal;
    this.#keepAlive.hold();
    return true;
  }

  /** Iterators end: with `force` also those whose user is waiting for an item. */
  abandon(reason: Error, force: boolean): void {
    for (const consumer of [...this.#consumers]) consumer.abandon(reason, force);
  }

  /** The last worker is gone. */
  end(): void {
    this.#state = "ended";
    this.#keepAlive.end();
    this.#finish();
  }

  #closeIfDone(): void {
    if (this.#state !== "closing" || this.#pending > 0 || this.#consumers.size > 0) return;
    // Finalizers run, even where the program has nothing else to do.
    this.#keepAlive.hold();
    this.#through();
  }
}
