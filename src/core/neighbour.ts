import { livingRealms } from "../protocol/living_realms.ts";
import type { Letter, Place } from "../protocol/messages.ts";
import { type Mailbox, postOffice } from "../protocol/post_office.ts";
import type { Transport, TransportEvents, WorkerAdapter, WorkerSpec } from "./backend.ts";

/** A worker as a realm among others: it has an address and, as a thread, a number in its process. */
export class Neighbour {
  readonly transport: Transport;
  readonly #mailbox: Mailbox | undefined;
  readonly #number: number | undefined;

  /** Starts it. Throws what the adapter throws, and a `RangeError` where too many threads live. */
  constructor(adapter: WorkerAdapter, spec: WorkerSpec, events: TransportEvents) {
    const { kind } = adapter.traits;
    // What is inline is no realm of its own.
    if (kind === "thread") this.#number = livingRealms().enter();
    if (kind !== "inline") {
      this.#mailbox = postOffice().open(
        kind,
        (letters, transfer) => this.transport.post({ type: "mail", letters }, transfer),
      );
    }
    try {
      this.transport = adapter.spawn(spec, events);
    } catch (error) {
      this.end();
      throw error;
    }
  }

  /** What it must know to be one. */
  get place(): Place | undefined {
    if (!this.#mailbox) return undefined;
    const { address } = this.#mailbox;
    const number = this.#number;
    if (number === undefined) return { address, membership: null };
    return { address, membership: { number, realms: livingRealms().memory } };
  }

  /** Letters came from it. */
  receive(letters: readonly Letter[]): void {
    this.#mailbox?.receive(letters);
  }

  /** It is gone: what it held is free, and those who know it are told. */
  end(): void {
    if (this.#number !== undefined) livingRealms().leave(this.#number);
    this.#mailbox?.end();
  }
}
