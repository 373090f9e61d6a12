import { reviveShared, type SharedParts } from "../../protocol/shareable.ts";
import type { ManagerClient } from "./manager_client.ts";
import type { ObjectLink, Trips } from "./object_link.ts";

/** An object in the manager of another realm, which keeps it as long as this exists. */
export class RemoteObject implements ObjectLink {
  readonly #parts: SharedParts;
  readonly #client: ManagerClient;
  readonly #trips: Trips = { sent: 0, received: 1 };

  constructor(parts: SharedParts) {
    const { id, via, facts } = parts;
    this.#parts = parts;
    const client = reviveShared({ kind: "ManagerClient", id: facts as string, via });
    this.#client = client as ManagerClient;
    this.#client.hold(id);
    forgotten.register(this, { client: this.#client, id, trips: this.#trips });
  }

  call<R>(method: string, ...args: readonly unknown[]): Promise<R> {
    return this.#client.call(this.#parts.id, method, args) as Promise<R>;
  }

  parts(): SharedParts {
    this.#trips.sent++;
    return this.#parts;
  }

  came(): void {
    this.#trips.received++;
  }
}

interface Hold {
  readonly client: ManagerClient;
  readonly id: string;
  readonly trips: Trips;
}

const forgotten = new FinalizationRegistry<Hold>(({ client, id, trips }) => {
  client.release(id, trips);
});
