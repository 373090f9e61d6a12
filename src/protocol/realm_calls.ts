/**
 * Calls from one realm to a service of another, by letter: the way to shared things where memory is
 * not shared, and to those that live in one place alone.
 */
import { entryOf } from "./entry_of.ts";
import { encode } from "./encode.ts";
import { MaybeEncodingError, PoolError } from "./errors.ts";
import { livingRealms, ownNumber } from "./living_realms.ts";
import type { Letter } from "./messages.ts";
import { type HandleNews, Offers } from "./offers.ts";
import { inOneProcess, isWithin, postOffice, type Recipient } from "./post_office.ts";
import { realm } from "./realm.ts";
import { dropCopy } from "./shareable.ts";
import { isReturnable, Receipts, TAKE_BACK } from "./receipts.ts";
import { revive } from "./revive.ts";
import { ProcessError } from "./shared_errors.ts";
import { queueMicrotask, realTimers } from "./timers.ts";
import { withResolvers } from "./with_resolvers.ts";

/** What one client may do with a service. */
export type Operations = { readonly [method: string]: (...args: never[]) => unknown };

/** Something that other realms may call. */
export interface Service {
  /**
   * What the realm of this number can do. Of a client in another process it is a stand-in, which lives as
   * long as the client.
   */
  as(client: number): object;
}

/** A service of another realm. */
export interface ServiceAddress {
  /** Its name there. */
  readonly id: string;
  /** Who serves it. */
  readonly via: string;
}

type Body =
  | {
    readonly type: "call";
    readonly number: number;
    readonly id: string;
    readonly method: string;
    readonly args: readonly unknown[];
    /** The number of the caller, where it is of the same process. */
    readonly client: number;
  }
  | {
    readonly type: "result";
    readonly number: number;
    readonly value: unknown;
    /** Whether the caller's realm shall say that it came. */
    readonly receipt: boolean;
  }
  | { readonly type: "received"; readonly number: number }
  | { readonly type: "error"; readonly number: number; readonly error: unknown }
  | { readonly type: "handles"; readonly news: readonly HandleNews[] };

interface PendingCall {
  readonly to: string;
  readonly what: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** What `encode` made of its arguments, where handles may have left with them. */
  readonly copy: unknown;
}

/** The calls of one realm, both ways. */
export class RealmCalls implements Recipient {
  readonly #office = postOffice();
  readonly #offers = new Offers(this.#office.address, (id) => {
    for (const services of this.#operations.values()) services.delete(id);
  });
  readonly #pending = new Map<number, PendingCall>();
  /** Numbers of clients in other processes, by address. */
  readonly #strangers = new Map<string, number>();
  /** What clients were given to do with services, by number and service. */
  readonly #operations = new Map<number, Map<string, Operations>>();
  readonly #receipts = new Receipts();
  /** What others shall know of their services' handles, by address. */
  readonly #news = new Map<string, HandleNews[]>();
  #lastCall = 0;
  /** Keeps the program running while somebody waits. */
  #alive: ReturnType<typeof setInterval> | undefined;

  constructor() {
    this.#office.recipient = this;
  }

  /**
   * Lets others call a service under this name, from now on and until {@linkcode withdraw}, or until
   * nobody can have a handle any more; see {@linkcode Offers}.
   * @param owner the handle of this realm
   */
  offer(id: string, service: Service, owner?: object): void {
    this.#offers.offer(id, service, owner);
  }

  /** Ends what {@linkcode offer} began. */
  withdraw(id: string): void {
    this.#offers.withdraw(id);
  }

  /** How many services this realm offers. */
  get offered(): number {
    return this.#offers.size;
  }

  /** Tells who serves something of a handle of it. What belongs to one turn leaves together. */
  tell(via: string, news: HandleNews): void {
    if (via === this.#office.address) return this.#offers.learn(via, news);
    const waiting = this.#news.get(via);
    if (waiting) return void waiting.push(news);
    const all = [news];
    this.#news.set(via, all);
    queueMicrotask(() => {
      this.#news.delete(via);
      this.#office.send(via, { type: "handles", news: all } satisfies Body, false);
    });
  }

  /**
   * Calls a method of a service. Rejects with what it throws, with `ProcessError` when its realm is gone,
   * and with `MaybeEncodingError` for arguments that cannot be sent.
   */
  call({ id, via }: ServiceAddress, method: string, args: readonly unknown[]): Promise<unknown> {
    const { promise, resolve, reject } = withResolvers<unknown>();
    const number = ++this.#lastCall;
    const shared = inOneProcess(via, this.#office.address);
    let encoded;
    try {
      encoded = encode(args, "args", { shared });
    } catch (error) {
      reject(error);
      return promise;
    }
    const client = shared ? ownNumber() : 0;
    const body: Body = { type: "call", number, id, method, args: encoded.value, client };
    const copy = encoded.marked ? encoded.value : undefined;
    this.#pending.set(number, { to: via, what: `${method} ${id}`, resolve, reject, copy });
    this.#alive ??= realTimers.setInterval(() => {}, 2 ** 30);
    if (!this.#office.send(via, body, encoded.marked, encoded.transfer)) this.gone(via);
    return promise;
  }

  /** Whether the realm of this number is of another process, and reaches things through this one. */
  serves(client: number): boolean {
    return [...this.#strangers.values()].includes(client);
  }

  deliver(letter: Letter): void {
    const { from, body, marked } = letter, message = body as Body;
    try {
      // What says nothing but that something came, or of handles, has no marks.
      if (marked) revive(body);
    } catch (error) {
      return this.#refuse(letter, error);
    }
    switch (message.type) {
      case "call":
        return void this.#serve(from, message);
      case "result":
        return this.#accept(from, message);
      case "handles":
        return message.news.forEach((news) => this.#offers.learn(from, news));
      case "received":
        return void this.#receipts.received(from, message.number);
      case "error":
        return this.#take(message.number)?.reject(message.error);
    }
  }

  refused(letter: Letter, cause: unknown): void {
    const { type, number } = letter.body as Extract<Body, { readonly number: number }>;
    // Whoever cannot be told of an error cannot be told of another one.
    if (type !== "call" && type !== "result") return;
    const path = type === "call" ? "args" : "result";
    if (type === "result") this.#receipts.received(letter.to, number)?.[TAKE_BACK]();
    else if (letter.from === this.#office.address) dropCopy(this.#pending.get(number)?.copy);
    const message = `Cannot send ${path}: ${cause}`;
    this.#refuse(letter, new MaybeEncodingError(message, { path, cause }));
  }

  gone(address: string): void {
    for (const [number, { to, what, reject, copy }] of this.#pending) {
      if (!isWithin(to, address)) continue;
      this.#take(number);
      dropCopy(copy);
      reject(new ProcessError(`Cannot ${what}: ${to}, which served it, has ended`));
    }
    this.#receipts.gone(address);
    this.#offers.gone(address);
    for (const [from, number] of this.#strangers) {
      if (!isWithin(from, address)) continue;
      this.#strangers.delete(from);
      livingRealms().leave(number);
    }
    for (const number of this.#operations.keys()) {
      if (!livingRealms().isAlive(number)) this.#operations.delete(number);
    }
  }

  #accept(from: string, { number, value, receipt }: Body & { readonly type: "result" }): void {
    const call = this.#take(number);
    if (!receipt) return call?.resolve(value);
    this.#office.send(from, { type: "received", number } satisfies Body, false);
    // After the microtask in which that leaves.
    queueMicrotask(() => call?.resolve(value));
  }

  /** It cannot be sent, or this realm cannot put together what it holds: the caller is told. */
  #refuse({ from, to, body }: Letter, reason: unknown): void {
    const { type, number } = body as Extract<Body, { readonly number: number }>;
    const caller = type === "call" ? from : to;
    const options = { shared: inOneProcess(caller, this.#office.address) };
    const { value, marked, transfer } = encodeFailure(number, reason, options);
    this.#office.send(caller, value, marked, transfer);
  }

  #take(number: number): PendingCall | undefined {
    const call = this.#pending.get(number);
    this.#pending.delete(number);
    if (this.#pending.size === 0) {
      realTimers.clearInterval(this.#alive);
      this.#alive = undefined;
    }
    return call;
  }

  async #serve(from: string, call: Body & { readonly type: "call" }): Promise<void> {
    const { number } = call;
    const options = { shared: inOneProcess(from, this.#office.address) };
    let encoded, kept;
    try {
      const value = await this.#run(from, call);
      if (isReturnable(value)) kept = value;
      const body: Body = { type: "result", number, value, receipt: kept !== undefined };
      encoded = encode(body, "result", options);
    } catch (error) {
      kept?.[TAKE_BACK]();
      kept = undefined;
      encoded = encodeFailure(number, error, options);
    }
    const sent = this.#office.send(from, encoded.value, encoded.marked, encoded.transfer);
    if (!sent && encoded.marked) dropCopy(encoded.value);
    if (!kept) return;
    if (sent) this.#receipts.expect(from, number, kept);
    else kept[TAKE_BACK]();
  }

  #run(from: string, { id, method, args, ...call }: Body & { readonly type: "call" }): unknown {
    const service = this.#offers.find(id);
    if (!service) throw new ProcessError(`Cannot ${method} ${id}: it was shut down`);
    const client = call.client || entryOf(this.#strangers, from, () => livingRealms().enter());
    const services = entryOf(this.#operations, client, () => new Map());
    const operations = entryOf(services, id, () => service.as(client) as Operations);
    const run = operations[method];
    if (typeof run !== "function") throw new PoolError(`Cannot ${method} ${id}: no such method`);
    return run.apply(operations, args as never[]);
  }
}

function encodeFailure(number: number, error: unknown, options: { readonly shared: boolean }) {
  try {
    return encode({ type: "error", number, error } satisfies Body, "error", options);
  } catch (fault) {
    return encode({ type: "error", number, error: fault } satisfies Body, "error", options);
  }
}

/** The calls of this realm. */
export function realmCalls(): RealmCalls {
  return realm.calls ??= new RealmCalls();
}
