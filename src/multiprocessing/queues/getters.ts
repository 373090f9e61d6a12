import { Empty } from "../../core/errors.ts";
import { livingRealms, ownNumber } from "../../protocol/living_realms.ts";
import { RingReader } from "../sharing/ring_reader.ts";
import type { EventCount, WaitLimits } from "../sync/event_count.ts";
import { type Got, Intake, type Take } from "./intake.ts";
import type { Outbox } from "./outbox.ts";
import { Patience } from "./patience.ts";
import type { QueueParts } from "./queue_parts.ts";

/** Those who get items in one realm. */
export class Getters {
  readonly #intake: Intake;
  readonly #outbox: Outbox;
  readonly #patience: Patience;
  readonly #items: EventCount;
  /** Those who are late and have a part of an item: who is in line cannot take one before them. */
  readonly #late: EventCount;
  readonly #realms = livingRealms();

  /** @param outbox of the same realm */
  constructor(parts: QueueParts, outbox: Outbox) {
    this.#outbox = outbox;
    this.#patience = new Patience(parts.ring);
    this.#items = parts.items;
    this.#late = parts.moreWhoWaitForItems("free");
    this.#intake = new Intake(parts, new RingReader(parts.ring, parts.packer.head));
  }

  /** Takes an item at once, or when one comes. */
  get<T>(take: Take<T>, limits: WaitLimits): T | Promise<T> {
    if (!this.#items.isAwaited) {
      const getter = {};
      const got = this.#take(getter, take) ??
        (limits.timeout !== 0 && this.#patience.isItemComing()
          ? this.#take(getter, take)
          : undefined);
      if (got) return got.value;
      if (limits.timeout !== 0 || this.#intake.isMidway(getter)) {
        return this.#getLater(getter, take, limits);
      }
    } else if (limits.timeout !== 0) return this.#getLater({}, take, limits);
    throw empty();
  }

  /** As {@linkcode get}, but blocks this thread. */
  getSync<T>(take: Take<T>, limits: WaitLimits): T {
    const getter = {};
    const attempt = (): Got<T> | undefined => {
      // Those who came before, and cannot wake while this thread is blocked.
      if (this.#items.isAwaited) this.#items.attend();
      if (this.#late.isAwaited) this.#late.attend();
      return this.#take(getter, take);
    };
    const got = this.#items.waitSync(attempt, limits) ??
      (this.#intake.isMidway(getter) ? this.#items.waitSync(attempt, this.#forEver) : undefined);
    if (got) return got.value;
    throw empty();
  }

  /** What waits here for room may be what it waits for. */
  #take<T>(getter: object, take: Take<T>): Got<T> | undefined {
    for (;;) {
      const got = this.#intake.take(getter, take);
      if (got || !this.#outbox.flush()) return got;
    }
  }

  async #getLater<T>(getter: object, take: Take<T>, { timeout, client }: WaitLimits): Promise<T> {
    const outcome = (): Outcome<T> | undefined => {
      if (!this.#realms.isAlive(client) && !this.#intake.isMidway(getter)) return undefined;
      try {
        return this.#take(getter, take);
      } catch (fault) {
        return { fault };
      }
    };
    let got = await this.#items.wait(outcome, { timeout, client });
    while (!got && this.#intake.isMidway(getter)) {
      got = await this.#late.wait(outcome, this.#forEver);
    }
    if (!got) throw empty();
    if ("fault" in got) throw got.fault;
    return got.value;
  }

  get #forEver(): WaitLimits {
    return { timeout: undefined, client: ownNumber() };
  }
}

type Outcome<T> = Got<T> | { readonly fault: unknown };

function empty(): Empty {
  return new Empty("Cannot get item: the queue is empty");
}
