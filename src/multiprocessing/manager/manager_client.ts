import { MaybeEncodingError, ProcessError } from "../../core/errors.ts";
import { inOneProcess, postOffice } from "../../protocol/post_office.ts";
import { realmCalls } from "../../protocol/realm_calls.ts";
import { PARTS, type SharedHandle, type SharedParts } from "../../protocol/shareable.ts";
import { queueMicrotask } from "../../protocol/timers.ts";
import { CallSlot, type Desk } from "./call_slot.ts";
import type { Trips } from "./object_link.ts";
import { type SlotAnswer, SlotCalls } from "./slot_calls.ts";

/** An object that a realm does not hold any more, and how often it was sent and received there. */
export type Released = readonly [id: string, sent: number, received: number];

/** What a manager makes, by the names of its methods. */
export type ObjectName = "dict" | "list" | "namespace";

/** What one realm can ask of a manager. */
export interface ManagerOps {
  /** Makes an object of the first argument. */
  create(args: readonly unknown[], kind: ObjectName): unknown;
  /** Calls a method of an object. */
  invoke(args: readonly unknown[], id: string, method: string): unknown;
  /** Objects that this realm holds from now on, and such that it holds no more. */
  account(held: readonly string[], released: readonly Released[]): void;
  /** This realm wants to call by slot; nothing, where that cannot be. */
  openSlot(memory: SharedArrayBuffer): Desk | undefined;
  /** The answer that did not fit into the slot. */
  collect(): unknown;
  /** Ends everything. */
  shutdown(): void;
}

/** After so many calls a slot of one's own is worth its memory. */
const CALLS_BEFORE_SLOT = 4;

/** A manager as the others of one realm see it; there is one for each realm and manager. */
export class ManagerClient implements SharedHandle {
  readonly id: string;
  readonly via: string;
  #held: string[] = [];
  #released: Released[] = [];
  #accounts = false;
  #calls = 0;
  /** Calls by letter that are not answered: those by slot must not overtake them. */
  #letters = 0;
  #slots: SlotCalls | undefined;

  constructor({ id, via }: SharedParts) {
    this.id = id;
    this.via = via;
  }

  /** Calls an object. Those of one realm run in the order in which they were called. */
  call(id: string, method: string, args: readonly unknown[]): Promise<unknown> {
    if (this.#slots && this.#letters === 0 && this.#slots.isFree) {
      const answer = this.#slots.call([id, method, ...args]);
      if (answer instanceof Promise) return answer.then((late) => this.#take(late, id, method));
      if (answer) return this.#take(answer, id, method);
    }
    if (++this.#calls === CALLS_BEFORE_SLOT) void this.#openSlot();
    return this.#byLetter(`${method} ${id}`, "invoke", args, id, method);
  }

  /** Asks the manager itself; `what` is for the error that tells its end. */
  async ask<M extends keyof ManagerOps>(
    what: string,
    method: M,
    ...args: Parameters<ManagerOps[M]>
  ): Promise<unknown> {
    try {
      return await realmCalls().call({ id: this.id, via: this.via }, method, args);
    } catch (error) {
      if (error instanceof ProcessError) throw hasEnded(what, error);
      throw error instanceof MaybeEncodingError ? ofOwnArguments(error) : error;
    }
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

  async #byLetter<M extends keyof ManagerOps>(
    what: string,
    method: M,
    ...args: Parameters<ManagerOps[M]>
  ): Promise<unknown> {
    this.#letters++;
    try {
      return await this.ask(what, method, ...args);
    } finally {
      this.#letters--;
    }
  }

  #take(answer: SlotAnswer, id: string, method: string): Promise<unknown> {
    if (answer === "kept") return this.#byLetter(`${method} ${id}`, "collect");
    if (answer === "gone") return Promise.reject(hasEnded(`${method} ${id}`));
    return Promise.resolve(answer.value);
  }

  async #openSlot(): Promise<void> {
    const here = postOffice().address;
    if (this.via === here || !inOneProcess(this.via, here)) return;
    const slot = new CallSlot();
    // Where the manager is gone, its calls tell it.
    const desk = await this.ask("open slot", "openSlot", slot.memory).catch(() => undefined);
    if (desk) this.#slots = new SlotCalls(slot, desk as Desk);
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
      await this.ask("hold", "account", held, released).catch(() => {});
    });
  }
}

/** The arguments of the call stand in the first one of the letter. */
function ofOwnArguments({ message, path, cause }: MaybeEncodingError): MaybeEncodingError {
  const own = (text: string): string => text.replace("args[0]", "args");
  return new MaybeEncodingError(own(message), { path: own(path), cause });
}

function hasEnded(what: string, cause?: unknown): ProcessError {
  return new ProcessError(`Cannot ${what}: its manager has ended`, { cause });
}
