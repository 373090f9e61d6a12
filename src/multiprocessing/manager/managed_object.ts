import { encode } from "../../protocol/encode.ts";
import { PoolError } from "../../core/errors.ts";
import type { Operations } from "../../protocol/realm_calls.ts";
import { revive } from "../../protocol/revive.ts";
import { rememberShared, type SharedHandle, type SharedParts } from "../../protocol/shareable.ts";
import type { ObjectLink, Trips } from "./object_link.ts";
import type { Shelf } from "./shelf.ts";

/** What an object is made of. */
export interface ManagedKind {
  /** Name of its proxies' class, under which they travel. */
  readonly name: string;
  /** The object itself, filled. */
  readonly make: (init: never) => object;
  /** The proxy of a realm. */
  readonly proxy: (link: ObjectLink) => SharedHandle;
}

/** An object in the realm of its manager. */
export class ManagedObject implements ObjectLink {
  readonly id: string;
  /** The proxy of this realm: it stands in the other objects that contain this one. */
  readonly handle: SharedHandle;
  readonly trips: Trips = { sent: 0, received: 0 };
  /** How many holds other realms have. */
  holds = 0;
  readonly #kind: ManagedKind;
  readonly #target: Operations;
  readonly #shelf: Shelf;

  constructor(id: string, kind: ManagedKind, target: object, shelf: Shelf) {
    this.id = id;
    this.#kind = kind;
    this.#target = target as Operations;
    this.#shelf = shelf;
    this.handle = kind.proxy(this);
    rememberShared(id, this.handle);
  }

  /** Runs a method; its result is not copied. */
  run(method: string, args: readonly unknown[]): unknown {
    const target = this.#target;
    if (typeof target[method] !== "function") {
      throw new PoolError(`Cannot ${method} ${this.id}: no such method`);
    }
    return target[method](...args as never[]);
  }

  /** Here too, everything is copied. */
  // deno-lint-ignore require-await
  async call<R>(method: string, ...args: readonly unknown[]): Promise<R> {
    this.#shelf.checkOpen(method, this.id);
    const copies = copy(args, "args") as unknown[];
    return copy(this.run(method, copies), "result") as R;
  }

  parts(): SharedParts {
    this.trips.sent++;
    this.#shelf.put(this);
    const { owner: facts, address: via } = this.#shelf;
    return { kind: this.#kind.name, id: this.id, via, facts };
  }

  came(): void {
    this.trips.received++;
  }
}

/** A copy of all but shared things. */
export function copy(value: unknown, root: string): unknown {
  const encoded = encode(value, root, { shared: true });
  return encoded.marked ? revive(encoded.value) : encoded.value;
}
