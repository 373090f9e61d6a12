import { livingRealms, ownNumber } from "../../protocol/living_realms.ts";
import { Spin } from "../../protocol/spin.ts";
import type { ByteRing } from "../sharing/byte_ring.ts";
import { RingReader } from "../sharing/ring_reader.ts";
import type { EventCount, WaitLimits } from "../sync/event_count.ts";
import { type Got, Intake, type Take } from "./intake.ts";
import type { Outbox } from "./outbox.ts";
import type { QueueParts } from "./queue_parts.ts";
import { empty } from "./refusals.ts";

/**
 * An item is looked for so long (ms) before one sleeps: between a producer and a consumer of the same speed
 * nobody sleeps, and nobody has to be woken.
 */
const LONGEST_SPIN = 0.02;

/** Those who get items in one realm. */
export class Getters {
  readonly #intake: Intake;
  /** For what came back, which is taken first. */
  readonly #returned: Intake;
  /** What this realm has to write, into the queue and among what came back. */
  readonly #outboxes: readonly [Outbox, Outbox];
  readonly #ring: ByteRing;
  readonly #spin = new Spin(LONGEST_SPIN);
  readonly #items: EventCount;
  /** Those who are late and have a part of an item: who is in line cannot take one before them. */
  readonly #late: EventCount;
  readonly #realms = livingRealms();

  /** @param outboxes of the same realm, for the queue and for what came back */
  constructor(parts: QueueParts, outboxes: readonly [Outbox, Outbox]) {
    this.#outboxes = outboxes;
    this.#ring = parts.ring;
    this.#items = parts.items;
    this.#late = parts.moreWhoWaitForItems("free");
    const { head } = parts.packer, returned = parts.returned!;
    this.#intake = new Intake(parts, new RingReader(parts.ring, head));
    this.#returned = new Intake(returned, new RingReader(returned.ring, head));
  }

  /** Takes an item at once, or when one comes. */
  get<T>(take: Take<T>, limits: WaitLimits): T | Promise<T> {
    if (!this.#items.isAwaited) {
      const getter = {};
      const got = this.#take(getter, take) ??
        (limits.timeout === 0 ? undefined : this.#look(getter, take));
      if (got) return got.value;
      if (limits.timeout !== 0 || this.#isMidway(getter)) {
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
      (this.#isMidway(getter) ? this.#items.waitSync(attempt, this.#forEver) : undefined);
    if (got) return got.value;
    throw empty();
  }

  /** Whether an item comes in a moment. */
  #look<T>(getter: object, take: Take<T>): Got<T> | undefined {
    return this.#spin.find(() => this.#ring.isEmpty ? undefined : this.#take(getter, take));
  }

  /** What waits here for room may be what it waits for. */
  #take<T>(getter: object, take: Take<T>): Got<T> | undefined {
    const [outbox, back] = this.#outboxes;
    for (;;) {
      const got = this.#takeNext(getter, take);
      if (got || !(outbox.flush() || back.flush())) return got;
    }
  }

  #takeNext<T>(getter: object, take: Take<T>): Got<T> | undefined {
    if (!this.#intake.isMidway(getter)) {
      const got = this.#returned.take(getter, take);
      if (got || this.#returned.isMidway(getter)) return got;
    }
    return this.#intake.take(getter, take);
  }

  /** Whether this getter has the first parts of an item. */
  #isMidway(getter: object): boolean {
    return this.#intake.isMidway(getter) || this.#returned.isMidway(getter);
  }

  async #getLater<T>(getter: object, take: Take<T>, { timeout, client }: WaitLimits): Promise<T> {
    const outcome = (): Outcome<T> | undefined => {
      if (!this.#realms.isAlive(client) && !this.#isMidway(getter)) return undefined;
      try {
        return this.#take(getter, take);
      } catch (fault) {
        return { fault };
      }
    };
    let got = await this.#items.wait(outcome, { timeout, client });
    while (!got && this.#isMidway(getter)) {
      got = await this.#late.wait(outcome, this.#forEver);
    }
    if (!got) throw empty();
    if ("fault" in got) throw got.fault;
    return got.value;
  }

  get #forEver(): WaitLimits {
    return { client: ownNumber() };
  }
}

type Outcome<T> = Got<T> | { readonly fault: unknown };
