/**
 * What a realm serves, and for how long. A service that was offered for a handle is needed while
 *
 * - the handle is reachable that it was offered for, in this realm;
 * - another realm holds a handle that came by a message, and lives;
 * - a handle is on its way: each message with one has a pass, which is known from before it leaves until
 *   somebody says that it came, or that nobody will read it.
 *
 * So a handle that comes after any time is good. The price: of a message that is lost where nobody can see
 * it, such as an item of a queue that nobody takes, the service stays.
 */
import type { Service } from "./realm_calls.ts";
import { isWithin } from "./post_office.ts";

/** What a realm tells of handles of one service. */
export interface HandleNews {
  /** The service. */
  readonly id: string;
  /** A pass with which a handle left, came, or was called back. */
  readonly pass?: { readonly number: string; readonly step: "left" | "came" | "dropped" };
  /** Handles more, or less, that the realm holds. */
  readonly held?: 1 | -1;
}

interface Offer {
  readonly id: string;
  readonly service: Service;
  /** Handles of this realm; it is registered once for each. */
  readonly owners: WeakSet<object>;
  ownersLeft: number;
  readonly onWay: Set<string>;
  /** Passes that came before the sender's word that they had left. */
  readonly early: Set<string>;
  /** How many handles a realm holds, by its address. */
  readonly holders: Map<string, number>;
}

/** The services of one realm. */
export class Offers {
  readonly #address: string;
  readonly #offers = new Map<string, Offer>();
  readonly #withdrawn: (id: string) => void;
  readonly #owners = new FinalizationRegistry<Offer>((offer) => {
    offer.ownersLeft--;
    this.#check(offer);
  });

  /**
   * @param address of this realm
   * @param withdrawn a service is needed no more
   */
  constructor(address: string, withdrawn: (id: string) => void) {
    this.#address = address;
    this.#withdrawn = withdrawn;
  }

  /** How many there are. */
  get size(): number {
    return this.#offers.size;
  }

  find(id: string): Service | undefined {
    return this.#offers.get(id)?.service;
  }

  /** @param owner for whose handles it is; without one it is needed until {@linkcode Offers.withdraw} */
  offer(id: string, service: Service, owner?: object): void {
    let offer = owner && this.#offers.get(id);
    if (!offer) {
      offer = {
        id,
        service,
        owners: new WeakSet(),
        ownersLeft: owner ? 0 : Infinity,
        onWay: new Set(),
        early: new Set(),
        holders: new Map(),
      };
      this.#offers.set(id, offer);
    }
    if (!owner || offer.owners.has(owner)) return;
    offer.owners.add(owner);
    offer.ownersLeft++;
    this.#owners.register(owner, offer);
  }

  withdraw(id: string): void {
    if (this.#offers.delete(id)) this.#withdrawn(id);
  }

  /** What a realm tells. */
  learn(from: string, { id, pass, held }: HandleNews): void {
    const offer = this.#offers.get(id);
    if (!offer) return;
    if (pass) this.#follow(offer, pass);
    if (held) {
      const count = (offer.holders.get(from) ?? 0) + held;
      if (count > 0) offer.holders.set(from, count);
      else offer.holders.delete(from);
    }
    this.#check(offer);
  }

  /** A realm is gone, and all that it had started. */
  gone(address: string): void {
    for (const offer of this.#offers.values()) {
      for (const holder of offer.holders.keys()) {
        if (isWithin(holder, address)) offer.holders.delete(holder);
      }
      this.#check(offer);
    }
  }

  #follow({ onWay, early }: Offer, { number, step }: NonNullable<HandleNews["pass"]>): void {
    if (step === "left") {
      if (!early.delete(number)) onWay.add(number);
    } else if (!onWay.delete(number) && step === "came" && !this.#isOwn(number)) {
      early.add(number);
    }
  }

  /** Of what has left this realm that is known before it can come, which it may do more than once. */
  #isOwn(pass: string): boolean {
    return pass.startsWith(`${this.#address}/`);
  }

  #check(offer: Offer): void {
    if (offer.ownersLeft > 0 || offer.onWay.size > 0 || offer.holders.size > 0) return;
    if (this.#offers.get(offer.id) === offer) this.withdraw(offer.id);
  }
}
