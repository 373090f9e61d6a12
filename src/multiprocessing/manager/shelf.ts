/**
 * The objects of a manager that other realms can reach, and how long they can.
 *
 *     sent to another realm ──▶ on the shelf ──▶ taken off when no realm holds it, after a pause
 *
 * A proxy that arrives in a realm makes it hold the object; the realm lets go of it when its garbage
 * collector has taken the proxy, or when it ends. What stands in another object needs no place here: the
 * memory of the manager keeps it, and frees what nobody can reach, also where two contain each other.
 *
 * Between two realms nobody may hold an object: its proxy is on the way. So it stays for a while after
 * the last hold. Realms tell how often they sent and received the proxy, so that the manager knows of
 * most that nothing is on the way; the others, for which messages may be lost, stay longer.
 */
import { host } from "../../adapters/services.ts";
import type { Clock } from "../../core/backend.ts";
import { InvalidStateError } from "../../core/errors.ts";
import { entryOf } from "../../protocol/entry_of.ts";
import { livingRealms } from "../../protocol/living_realms.ts";
import { postOffice } from "../../protocol/post_office.ts";
import type { ManagedObject } from "./managed_object.ts";
import type { Released } from "./manager_client.ts";

/** An object stays so long (ms) when nobody holds it; and so long when its proxy may be on the way. */
const PAUSE = 10_000, LONGEST_WAY = 600_000;
/** How often (ms) the manager looks, while others know objects of its. */
const INTERVAL = 1000;

/** One per manager. */
export class Shelf {
  /** Name of the manager. */
  readonly owner: string;
  readonly address: string = postOffice().address;
  readonly #clock: Clock;
  readonly #objects = new Map<string, ManagedObject>();
  /** What each realm holds, and how many times: a new proxy may come before the old one is given up. */
  readonly #holders = new Map<number, Map<ManagedObject, number>>();
  /** Those that nobody holds, and since when. */
  readonly #idle = new Map<ManagedObject, number>();
  #looks = false;
  #closed = false;

  constructor(owner: string, clock: Clock = host.clock) {
    this.owner = owner;
    this.#clock = clock;
  }

  /** How many objects can be reached from other realms. */
  get size(): number {
    return this.#objects.size;
  }

  /** Throws where the manager was shut down. */
  checkOpen(verb: string, what: string): void {
    if (!this.#closed) return;
    throw new InvalidStateError(`Cannot ${verb} ${what}: its manager was shut down`);
  }

  /** The one of this name; throws `InvalidStateError` where it is not here. */
  get(id: string, verb: string): ManagedObject {
    this.checkOpen(verb, id);
    const object = this.#objects.get(id);
    if (object) return object;
    throw new InvalidStateError(
      `Cannot ${verb} ${id}: its manager has given it up, as no worker held it`,
    );
  }

  /** A proxy of it is being sent. */
  put(object: ManagedObject): void {
    this.checkOpen("send", object.id);
    this.#objects.set(object.id, object);
    if (object.holds === 0) this.#idle.set(object, this.#clock.now());
    this.#lookLater();
  }

  /** A realm says what it holds and what not any more. */
  account(client: number, held: readonly string[], released: readonly Released[]): void {
    for (const id of held) {
      const object = this.#objects.get(id);
      if (object) this.#hold(client, object);
    }
    for (const [id, sent, received] of released) {
      const object = this.#objects.get(id);
      if (!object) continue;
      object.trips.sent += sent;
      object.trips.received += received;
      this.#release(client, object);
    }
  }

  /** No object can be reached any more. */
  close(): void {
    this.#closed = true;
    this.#objects.clear();
    this.#holders.clear();
    this.#idle.clear();
  }

  #hold(client: number, object: ManagedObject): void {
    const held = entryOf(this.#holders, client, () => new Map<ManagedObject, number>());
    held.set(object, (held.get(object) ?? 0) + 1);
    object.holds++;
    this.#idle.delete(object);
  }

  #release(client: number, object: ManagedObject): void {
    const held = this.#holders.get(client);
    const times = held?.get(object);
    if (!held || !times) return;
    if (times > 1) held.set(object, times - 1);
    else held.delete(object);
    if (held.size === 0) this.#holders.delete(client);
    this.#giveUp(object, 1);
  }

  #giveUp(object: ManagedObject, holds: number): void {
    object.holds -= holds;
    if (object.holds === 0) this.#idle.set(object, this.#clock.now());
  }

  #lookLater(): void {
    if (this.#looks) return;
    this.#looks = true;
    this.#clock.setTimeout(() => this.#look(), INTERVAL);
  }

  #look(): void {
    this.#looks = false;
    for (const [client, held] of this.#holders) {
      if (livingRealms().isAlive(client)) continue;
      this.#holders.delete(client);
      for (const [object, times] of held) this.#giveUp(object, times);
    }
    const now = this.#clock.now();
    for (const [object, since] of this.#idle) {
      const { sent, received } = object.trips;
      if (now - since < (sent > received ? LONGEST_WAY : PAUSE)) continue;
      this.#idle.delete(object);
      this.#objects.delete(object.id);
    }
    if (this.#objects.size > 0) this.#lookLater();
  }
}
