import { livingRealms } from "../../protocol/living_realms.ts";
import { postOffice } from "../../protocol/post_office.ts";
import { realmCalls, type Service } from "../../protocol/realm_calls.ts";
import { realm } from "../../protocol/realm.ts";
import { PARTS, type SharedHandle, type SharedParts } from "../../protocol/shareable.ts";
import { DICT } from "./dict_proxy.ts";
import { LIST } from "./list_proxy.ts";
import { copy, type ManagedKind, ManagedObject } from "./managed_object.ts";
import type { ManagerOps, ObjectName } from "./manager_client.ts";
import { NAMESPACE } from "./namespace_proxy.ts";
import { type Clerk, type Outcome, SlotDesk } from "./slot_desk.ts";
import { Shelf } from "./shelf.ts";

/** What it makes. */
const KINDS: Readonly<Record<ObjectName, ManagedKind>> = {
  dict: DICT,
  list: LIST,
  namespace: NAMESPACE,
};

/** Makes what clients ask for, and keeps it for them; in a realm of its own or in its creator's. */
export class ManagerServer implements Service, Clerk {
  readonly #id: string;
  readonly #shelf: Shelf;
  readonly #desk: SlotDesk | undefined;
  /** Answers that went into no slot, by client. */
  readonly #kept = new Map<number, Outcome[]>();
  #lastNumber = 0;

  /**
   * Begins to serve under this name.
   * @param slots whether threads may call by slot, for which this realm must have nothing else to do
   */
  constructor(id: string, slots: boolean) {
    this.#id = id;
    this.#shelf = new Shelf(id);
    if (slots) this.#desk = new SlotDesk(this);
    realmCalls().offer(id, this);
  }

  as(client: number): ManagerOps {
    return {
      create: ([init], kind) => this.#create(kind, init as never),
      invoke: (args, id, method) => {
        this.#serveEarlier();
        return this.#shelf.get(id, method).run(method, args);
      },
      account: (held, released) => this.#shelf.account(client, held, released),
      openSlot: (memory) => this.#desk?.open(client, memory),
      collect: () => this.#collect(client),
      shutdown: () => this.shutdown(),
    };
  }

  run([id, method, ...args]: readonly unknown[]): Outcome {
    try {
      return { value: this.#shelf.get(id as string, method as string).run(method as string, args) };
    } catch (error) {
      return { error };
    }
  }

  keep(client: number, outcome: Outcome): void {
    let kept = this.#kept.get(client);
    if (!kept) {
      for (const other of this.#kept.keys()) {
        if (!livingRealms().isAlive(other)) this.#kept.delete(other);
      }
      this.#kept.set(client, kept = []);
    }
    try {
      // What is in it may change before it is asked for.
      kept.push("value" in outcome ? { value: copy(outcome.value, "result") } : outcome);
    } catch (error) {
      kept.push({ error });
    }
  }

  /** Nothing can be reached any more. */
  shutdown(): void {
    this.#serveEarlier();
    this.#shelf.close();
    realmCalls().withdraw(this.#id);
  }

  /** A client that writes a letter may have called by slot before. */
  #serveEarlier(): void {
    this.#desk?.serve();
  }

  #create(kind: ObjectName, init: never): SharedHandle {
    this.#shelf.checkOpen("make", kind);
    const { name, make } = KINDS[kind];
    const id = `${name} ${this.#shelf.address}/${++this.#lastNumber}`;
    return new ManagedObject(id, KINDS[kind], make(init), this.#shelf).handle;
  }

  #collect(client: number): unknown {
    const outcome = this.#kept.get(client)?.shift();
    if (!outcome || "error" in outcome) throw outcome?.error;
    return outcome.value;
  }
}

/** Goes into a new thread, which becomes the realm of a manager when it gets it. */
export class ServerSeed implements SharedHandle {
  readonly #parts: SharedParts;
  /** Never resolves: the thread serves until it is ended. */
  readonly served: Promise<never> = new Promise(() => {});

  constructor(parts: SharedParts) {
    this.#parts = parts;
  }

  [PARTS](): SharedParts {
    return this.#parts;
  }
}

/** The thread has got it. */
export function reviveServer(parts: SharedParts): ServerSeed {
  realm.keepsUnknown = true;
  new ManagerServer(parts.id, true);
  // Its creator waits for the address; where it is gone, so is this thread.
  void realmCalls().call(parts, "started", [postOffice().address]).catch(() => {});
  return new ServerSeed(parts);
}
