import { InvalidStateError } from "../../core/errors.ts";
import { livingRealms, ownNumber } from "../../protocol/living_realms.ts";
import { inOneProcess, postOffice } from "../../protocol/post_office.ts";
import { realmCalls, type Service } from "../../protocol/realm_calls.ts";
import { rememberShared, type SharedHandle, type SharedParts } from "../../protocol/shareable.ts";
import { installRevivers } from "../revivers.ts";

/** A shared thing in memory that threads share. */
export interface Engine<Ops extends object> extends Service {
  /** What another thread needs to join; cloneable. */
  readonly memory: unknown;
  /** What a realm can do with it: an object of its own. Waits of a realm that is gone end without a result. */
  as(client: number): Ops;
}

/** What one kind of shared thing is made of. */
export interface Kind<Ops extends object, E extends Engine<Ops> = Engine<Ops>> {
  /** Name of its class, for messages and on the way. */
  readonly name: string;
  /** Joins memory that another thread has made. */
  join(memory: never): E;
  /** Makes the handle of a realm to which one came. */
  handle(link: Link<Ops, E>): SharedHandle;
}

/**
 * How a handle reaches what it stands for: by memory in the process that made it, by calls elsewhere.
 * A value that went through bytes carries no memory: a thread gets it with its first letter.
 */
export class Link<Ops extends object, E extends Engine<Ops> = Engine<Ops>> {
  readonly #kind: Kind<Ops, E>;
  /** What never changes of it, the same in all realms. */
  readonly facts: unknown;
  #engine: E | undefined;
  #ops: Ops;
  #id: string | undefined;
  #via: string | undefined;
  #attaching: Promise<void> | undefined;

  private constructor(kind: Kind<Ops, E>, facts: unknown, engine: E | undefined, ops: Ops) {
    this.#kind = kind;
    this.facts = facts;
    this.#engine = engine;
    this.#ops = ops;
    installRevivers();
  }

  /** To a new thing. */
  static to<Ops extends object, E extends Engine<Ops>>(
    kind: Kind<Ops, E>,
    engine: E,
    facts?: unknown,
  ): Link<Ops, E> {
    return new Link(kind, facts, engine, engine.as(ownNumber()));
  }

  /** To one that came from another realm. */
  static from<Ops extends object, E extends Engine<Ops>>(
    kind: Kind<Ops, E>,
    parts: SharedParts,
  ): Link<Ops, E> {
    const { id, via, memory, facts } = parts;
    const engine = memory === undefined ? undefined : kind.join(memory as never);
    const ops = engine ? engine.as(ownNumber()) : remoteOperations<Ops>(parts);
    const link = new Link(kind, facts, engine, ops);
    link.#id = id;
    link.#via = engine ? undefined : via;
    if (!engine && inOneProcess(via, postOffice().address)) link.#attaching = link.#attach(parts);
    return link;
  }

  /** Name of the class. */
  get kind(): string {
    return this.#kind.name;
  }

  /** What this realm can do with it; with promises for results where it is called elsewhere. */
  get ops(): Ops {
    return this.#ops;
  }

  /** Its memory, where this realm has it. */
  get near(): E | undefined {
    return this.#engine;
  }

  /** Where its memory is fetched, or was: when that ends, either way. */
  get attaching(): Promise<void> | undefined {
    return this.#attaching;
  }

  /** Its memory, for what cannot wait; throws `InvalidStateError` where there is none. */
  engine(call: string): E {
    if (this.#engine) return this.#engine;
    const { name } = this.#kind;
    throw new InvalidStateError(
      `Cannot ${call}: this ${name} is in the memory of another process, or not here yet; use the methods ` +
        "that return promises",
    );
  }

  /**
   * Takes the handle apart; see {@linkcode SharedHandle}.
   * @param keeps what travels with it, and must be there as long as it is
   */
  parts(handle: SharedHandle, shared: boolean, keeps?: SharedHandle): SharedParts {
    const here = postOffice().address, { kind } = this;
    if (this.#id === undefined) {
      this.#id = `${kind} ${here}/${++lastNumber}`;
      rememberShared(this.#id, handle);
    }
    const id = this.#id;
    const rest = { kind, id, facts: this.facts };
    if (shared && this.#engine) return { ...rest, via: here, memory: this.#engine.memory };
    const calls = realmCalls();
    if (this.#engine) calls.offer(id, servedBy(this.#engine, keeps), handle);
    const pass = { id, number: `${here}/${++lastNumber}` };
    return { ...rest, via: this.#engine ? here : this.#via!, pass };
  }

  async #attach(address: SharedParts): Promise<void> {
    try {
      const memory = await realmCalls().call(address, "memory", []);
      this.#engine = this.#kind.join(memory as never);
      this.#ops = this.#engine.as(ownNumber());
    } catch {
      // Whoever uses it will hear why.
    }
  }
}

let lastNumber = 0;

function servedBy(engine: Engine<object>, keeps: unknown): Service {
  const as: Service["as"] = (client) =>
    Object.assign(engine.as(client), { memory: () => engine.memory });
  return Object.assign({ as }, { keeps });
}

/** Each is a call of that name; no operation is called `then`, which whoever awaits the object asks for. */
function remoteOperations<Ops extends object>(address: SharedParts): Ops {
  return new Proxy({} as Ops, {
    get: (_, name) =>
      name === "then"
        ? undefined
        : (...args: unknown[]) => realmCalls().call(address, String(name), args),
  });
}

/** Whether the realm for which something waits is still there. */
export function isWaitedFor(client: number): boolean {
  return livingRealms().isAlive(client);
}
