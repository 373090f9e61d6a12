import { livingRealms } from "../protocol/living_realms.ts";
import type { Letter, Place, ToWorker } from "../protocol/messages.ts";
import { type Mailbox, postOffice } from "../protocol/post_office.ts";
import type { Transferable } from "../protocol/transferable.ts";
import type { WorkerKind } from "./backend.ts";

/** A worker as a realm among others: it has an address and, as a thread, a number in its process. */
export class Neighbour {
  readonly #mailbox: Mailbox | undefined;
  readonly #number: number | undefined;

  constructor(
    kind: WorkerKind,
    post: (message: ToWorker, transfer: Transferable[]) => void,
  ) {
    // It is no realm of its own.
    if (kind === "inline") return;
    this.#mailbox = postOffice().open(
      kind,
      (letters, transfer) => post({ type: "mail", letters }, transfer),
    );
    if (kind === "thread") this.#number = livingRealms().enter();
  }

  /** What it must know to be one. */
  get place(): Place | undefined {
    if (!this.#mailbox) return undefined;
    const number = this.#number;
    const realms = livingRealms().memory;
    const membership = number === undefined ? null : { number, realms };
    return { address: this.#mailbox.address, membership };
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
