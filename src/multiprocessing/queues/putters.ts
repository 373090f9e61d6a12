import { livingRealms, ownNumber } from "../../protocol/living_realms.ts";
import { keptOf, type Message } from "../sharing/packer.ts";
import type { WaitLimits } from "../sync/event_count.ts";
import { handOver } from "./hand_over.ts";
import { Outbox } from "./outbox.ts";
import { type QueueMemory, QueueParts } from "./queue_parts.ts";
import { full } from "./refusals.ts";

/** By the queue: how this realm puts, as long as anybody does. */
const all = new Map<string, WeakRef<Putters>>();
const forgotten = new FinalizationRegistry<string>((id) => {
  if (!all.get(id)?.deref()) all.delete(id);
});

/** What is put by these comes behind all that this realm has put. */
export function puttersOf(memory: QueueMemory): Putters {
  return all.get(memory.id)?.deref() ?? new Putters(new QueueParts(memory));
}

/** Those who put items from one realm. */
export class Putters {
  readonly outbox: Outbox;
  readonly #parts: QueueParts;
  readonly #realms = livingRealms();

  constructor(parts: QueueParts) {
    this.#parts = parts;
    this.outbox = new Outbox(
      parts,
      parts.moreWhoWaitForRoom(),
      (now) => handOver(this, parts.memory, now),
    );
    const { id } = parts.memory;
    all.set(id, new WeakRef(this));
    forgotten.register(this, id);
  }

  /**
   * Accepts an item at once, or when there is a place. It is accepted when it is in the ring, or waits for
   * room there; not yet where another realm has the writer's word: with the death of this one it would
   * be lost for no reason.
   */
  put(message: Message, limits: WaitLimits): void | Promise<void> {
    const placed = !this.#parts.placeFreed.isAwaited && this.#place(message);
    if (placed) return this.outbox.isBlocked ? this.#accepted() : undefined;
    if (limits.timeout === 0) throw full(this.#parts.maxsize);
    return this.#putLater(keptOf(message), limits);
  }

  /** As {@linkcode put}, but blocks this thread. */
  putSync(message: Message, limits: WaitLimits): void {
    if (!this.#place(message)) {
      if (limits.timeout === 0) throw full(this.#parts.maxsize);
      const kept = keptOf(message);
      const attempt = (): true | undefined => {
        this.outbox.flush();
        return this.#place(kept) || undefined;
      };
      if (!this.#parts.placeFreed.waitSync(attempt, limits)) throw full(this.#parts.maxsize);
    }
    if (this.outbox.isBlocked) this.#parts.room.waitSync(this.#unblocked, this.#forEver);
  }

  /** Resolves when nothing of this realm waits for room any more; false where that takes longer (ms). */
  async flushed(timeout?: number): Promise<boolean> {
    const attempt = (): true | undefined => {
      this.outbox.flush();
      return this.outbox.length === 0 || undefined;
    };
    return await this.#parts.room.wait(attempt, { timeout, client: ownNumber() }) ?? false;
  }

  /** Takes a place for an item and sends it; false where there is none. */
  #place(message: Message): boolean {
    let place = this.#parts.account.take();
    if (place < 0 && this.#parts.leftover.isThere) {
      this.#parts.leftover.clear();
      place = this.#parts.account.take();
    }
    if (place < 0) return false;
    this.outbox.send(message, place);
    return true;
  }

  async #putLater(message: Message, { timeout, client }: WaitLimits): Promise<void> {
    const attempt = (): true | undefined =>
      this.#realms.isAlive(client) && this.#place(message) || undefined;
    if (!await this.#parts.placeFreed.wait(attempt, { timeout, client })) {
      throw full(this.#parts.maxsize);
    }
    if (this.outbox.isBlocked) await this.#accepted();
  }

  async #accepted(): Promise<void> {
    await this.#parts.room.wait(this.#unblocked, this.#forEver);
  }

  readonly #unblocked = (): true | undefined => {
    if (this.outbox.isBlocked) this.outbox.flush();
    return !this.outbox.isBlocked || undefined;
  };

  get #forEver(): WaitLimits {
    return { client: ownNumber() };
  }
}
