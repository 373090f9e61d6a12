import { realmCalls } from "../../protocol/realm_calls.ts";
import { PARTS, type SharedHandle, type SharedParts } from "../../protocol/shareable.ts";
import type { Trips } from "./object_link.ts";

/** An object that a realm does not hold any more, and how often it was sent and received there. */
export type Released = readonly [id: string, sent: number, received: number];

/** What one realm can ask of a manager. */
export interface ManagerOps {
  /** Makes an object or a shared thing. */
  create(kind: string, args: readonly unknown[]): unknown;
  /** Objects that this realm holds from now on, and such that it holds no more. */
  account(held: readonly string[], released: readonly Released[]): void;
  /** Ends everything. */
  shutdown(): void;
}

/** A manager as the others of one realm see it; there is one for each realm and manager. */
export class ManagerClient implements SharedHandle {
  readonly id: string;
  readonly via: string;
  #held: string[] = [];
  #released: Released[] = [];
  #accounts = false;

  constructor({ id, via }: SharedParts) {
    this.id = id;
    this.via = via;
  }

  /** Calls an object. */
  call(id: string, method: string, args: readonly unknown[]): Promise<unknown> {
    return realmCalls().call({ id, via: this.via }, method, args);
  }

  /** Calls the manager itself. */
  ask<M extends keyof ManagerOps>(method: M, ...args: Parameters<ManagerOps[M]>): Promise<unknown> {
    return this.call(this.id, method, args);
  }

  /** This realm has an object from now on. */
  hold(id: string): void {
    this.#held.push(id);
    this.#account();
  }

  /** This realm does not have it any more. */
  release(id: string, { sent, received }: Trips): void {
    this.#released.push([id, sent, received]);
    this.#account();
  }

  [PARTS](): SharedParts {
    return { kind: "ManagerClient", id: this.id, via: this.via };
  }

  /** Tells all of a turn together. */
  #account(): void {
    if (this.#accounts) return;
    this.#accounts = true;
    queueMicrotask(async () => {
      const held = this.#held, released = this.#released;
      this.#accounts = false;
      this.#held = [];
      this.#released = [];
      // Where the manager is gone, there is nothing to hold.
      await this.ask("account", held, released).catch(() => {});
    });
  }
}
