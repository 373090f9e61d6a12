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
  /** Of what will be called: by this its server knows that a handle is on its way. */
  readonly pass?: Pass;
}

/** Goes with a handle; see `Offers`. */
export interface Pass {
  /** The service that the receiver will call. */
  readonly id: string;
  readonly number: string;
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
  /** The message with which it left was not sent after all. */
  back?(): void;
  /** Whether it has left, and nobody has received it as far as is known here. */
  isOnWay?(): boolean;
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

/** Whether something is to be done when a message leaves that contains it. */
export function departs(handle: SharedHandle, parts: SharedParts): boolean {
  return handle.left !== undefined || parts.pass !== undefined;
}

/** A handle has left with a message. It stays reachable as long as the copy, which may be sent again. */
export function noteDeparture(handle: SharedHandle, parts: SharedParts): void {
  handle.left?.();
  follow(parts, "left");
  departed.set(parts, handle);
  departures++;
}

/** Nobody will read this copy, which `encode` made, any more: handles that left with it are told. */
export function dropCopy(copy: unknown): void {
  eachDeparted(copy, (handle, parts) => {
    handle.missed?.();
    follow(parts, "dropped");
  });
}

/** Sends a message; where that fails, the handles in this copy, which `encode` made, have not left. */
export function sendWith<T>(copy: unknown, send: () => T): T {
  const takeBack = (error: unknown): never => {
    eachDeparted(copy, (handle, parts) => {
      handle.back?.();
      follow(parts, "dropped");
    });
    throw error;
  };
  try {
    const sent = send();
    return sent instanceof Promise ? sent.catch(takeBack) as T : sent;
  } catch (error) {
    return takeBack(error);
  }
}

/** The handles that left with this copy and have not arrived, as far as is known here. */
export function onWayWith(copy: unknown): SharedHandle[] {
  const all: SharedHandle[] = [];
  eachDeparted(copy, (handle) => {
    if (handle.isOnWay?.()) all.push(handle);
  });
  return all;
}

function eachDeparted(
  copy: unknown,
  act: (handle: SharedHandle, parts: SharedParts) => void,
): void {
  if (departures === 0) return;
  walk(copy, (object) => {
    const handle = departed.get(object as SharedParts);
    if (handle) act(handle, object as SharedParts);
    return handle !== undefined;
  });
}

/** Finds or makes the handle of this realm. */
export function reviveShared(parts: SharedParts): SharedHandle {
  const known = realm.handles.get(parts.id)?.deref();
  if (known) {
    known.came?.();
    follow(parts, "came");
    return known;
  }
  const make = realm.revivers.get(parts.kind);
  if (!make) throw new PoolError(`Cannot receive ${parts.kind}: this side does not know the class`);
  const handle = make(parts);
  rememberShared(parts.id, handle);
  follow(parts, "came", handle);
  return handle;
}

/** Tells the server of a service what becomes of a handle that travels; and of a new one while it is held. */
function follow(
  { via, id, pass }: SharedParts,
  step: "left" | "came" | "dropped",
  handle?: SharedHandle,
): void {
  if (!pass || (step === "came" && pass.id !== id)) return;
  const { number } = pass;
  const isHeld = handle !== undefined;
  realm.calls?.tell(via, { id: pass.id, pass: { number, step }, ...(isHeld && { held: 1 }) });
  if (isHeld) letGo.register(handle, { id, via });
}

const letGo = new FinalizationRegistry<ServiceAddress>(({ id, via }) => {
  realm.calls?.tell(via, { id, held: -1 });
});

/** Says which handle of this realm is the one of this id. */
export function rememberShared(id: string, handle: SharedHandle): void {
  realm.handles.set(id, new WeakRef(handle));
  forgotten.register(handle, id);
}

const forgotten = new FinalizationRegistry<string>((id) => {
  // There may be a new one in the meantime.
  if (realm.handles.get(id)?.deref() === undefined) realm.handles.delete(id);
});
