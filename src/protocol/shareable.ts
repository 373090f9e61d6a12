/**
 * How shared things (locks, queues, …) travel inside other values.
 *
 * Within a process their memory is shared. Elsewhere, and where only bytes can go, the receiver gets the
 * name under which the sender serves them from then on. A realm has one handle for each, so that
 * what comes twice, or comes back, is the same object.
 */
import { PoolError } from "./errors.ts";
import { realm } from "./realm.ts";
import type { ServiceAddress } from "./realm_calls.ts";
import { walk } from "./walk.ts";

/** Method of handles by which `encode` takes them apart; registered for all copies of the library. */
export const PARTS: unique symbol = Symbol.for("@pool/core shareable") as never;

/** A handle, taken apart. */
export interface SharedParts extends ServiceAddress {
  /** Which class it is of. */
  readonly kind: string;
  /** What threads of the same process need to join it; cloneable. Absent for all others. */
  readonly memory?: unknown;
  /** What never changes; cloneable. */
  readonly facts?: unknown;
}

/** A shared thing as one realm holds it. */
export interface SharedHandle {
  /**
   * Takes it apart for a message.
   * @param shared whether the receiver shares memory with this realm
   */
  [PARTS](shared: boolean): SharedParts;
  /** It has left with a message; of what belongs to one realm at a time this one is not it any more. */
  left?(): void;
  /** Nobody will read the message with which it left, or nobody did. */
  missed?(): void;
  /** It came once more to a realm that has it. */
  came?(): void;
}

/** True for handles of shared things. */
export function isShared(value: object): value is SharedHandle {
  return PARTS in value;
}

/** Handles that left, by what travels of them; most programs send none. */
const departed = new WeakMap<SharedParts, SharedHandle>();
let departures = 0;

/** A handle has left with a message. */
export function noteDeparture(handle: SharedHandle, parts: SharedParts): void {
  handle.left!();
  departed.set(parts, handle);
  departures++;
}

/** Nobody will read this copy, which `encode` made, any more: handles that left with it are told. */
export function dropCopy(copy: unknown): void {
  if (departures === 0) return;
  walk(copy, (object) => {
    const handle = departed.get(object as SharedParts);
    handle?.missed?.();
    return handle !== undefined;
  });
}

/** Finds or makes the handle of this realm. */
export function reviveShared(parts: SharedParts): SharedHandle {
  const known = realm.handles.get(parts.id)?.deref();
  if (known) {
    known.came?.();
    return known;
  }
  const make = realm.revivers.get(parts.kind);
  if (!make) throw new PoolError(`Cannot receive ${parts.kind}: this side does not know the class`);
  const handle = make(parts);
  rememberShared(parts.id, handle);
  return handle;
}

/** Says which handle of this realm is the one of this id. */
export function rememberShared(id: string, handle: SharedHandle): void {
  realm.handles.set(id, new WeakRef(handle));
  forgotten.register(handle, id);
}

const forgotten = new FinalizationRegistry<string>((id) => {
  // There may be a new one in the meantime.
  if (realm.handles.get(id)?.deref() === undefined) realm.handles.delete(id);
});
