/**
 * Letters between any two realms of a program, over the wires that workers have to their hosts.
 *
 * Realms are a tree: whoever starts a worker is its parent. An address is the way from the main program:
 * `0.t3.p1` is the first child process of its third thread. So each realm knows by the address alone
 * to which neighbour a letter goes next, and nobody keeps routes.
 *
 * Between two threads of a process, of which none is the main one, only the first letter goes that way.
 * It takes a port along for the next ones, so that no busy host holds them up. Each direction has a port
 * of its own: what went the long way before cannot be overtaken.
 *
 * Who exchanged letters with a realm is told of its end. Its host knows, as the first ones passed there.
 */
import { entryOf } from "./entry_of.ts";
import type { Letter } from "./messages.ts";
import { realm } from "./realm.ts";
import { queueMicrotask } from "./timers.ts";
import type { Port, Transferable } from "./transferable.ts";

/** The main program. */
export const ROOT = "0";

/** What a realm does with what comes for it. */
export interface Recipient {
  /** A letter came. */
  deliver(letter: Letter): void;
  /** A letter of this realm, or one that it passes on, cannot be sent. */
  refused(letter: Letter, cause: unknown): void;
  /** A realm with which letters were exchanged is gone, and all that it had started. */
  gone(address: string): void;
}

/** Sends letters to a neighbour; those of one turn together. */
export type PostLetters = (letters: readonly Letter[], transfer: Transferable[]) => void;

/** Takes what comes at a port. */
export type ListenToPort = (port: Port, listener: (message: unknown) => void) => void;

/** A child of this realm. */
export interface Mailbox {
  /** Where it can be reached. */
  readonly address: string;
  /** Letters came from it. */
  receive(letters: readonly Letter[]): void;
  /** It is gone. */
  end(): void;
}

/** The post office of one realm. */
export class PostOffice {
  /** The address of this realm. */
  readonly address: string;
  readonly #parent: Outbox | undefined;
  readonly #listen: ListenToPort | undefined;
  /** Ports to other threads, by address. */
  readonly #direct = new Map<string, Outbox>();
  readonly #children = new Map<string, Outbox>();
  #lastChild = 0;
  /** Who exchanged letters with a child, or with what that has started. */
  readonly #contacts = new Map<string, Set<string>>();
  #recipient: Recipient | undefined;

  /**
   * @param parent the way to the realm that has started this one
   * @param listen for threads: how to listen at ports
   */
  constructor(address: string = ROOT, parent?: PostLetters, listen?: ListenToPort) {
    this.address = address;
    this.#parent = parent && this.#outboxFor(parent);
    this.#listen = listen;
  }

  /** Says who takes the letters for this realm. */
  set recipient(recipient: Recipient) {
    this.#recipient = recipient;
  }

  /** A worker is being started: gives it an address. */
  open(kind: "thread" | "process", post: PostLetters): Mailbox {
    const address = `${this.address}.${kind === "process" ? "p" : "t"}${++this.#lastChild}`;
    this.#children.set(address, this.#outboxFor(post));
    return {
      address,
      receive: (letters) => this.receive(letters),
      end: () => this.#close(address),
    };
  }

  /** Sends a letter; false where the addressee is gone. Those of one turn leave together. */
  send(to: string, body: unknown, marked: boolean, transfer?: Transferable[]): boolean {
    return this.#pass({ to, from: this.address, body, marked }, transfer);
  }

  /** Sends what waits for the end of the turn: there is none after this. */
  flush(): void {
    this.#parent?.flush();
  }

  /** Letters came from the parent. */
  receive(letters: readonly Letter[]): void {
    for (const letter of letters) this.#forward(letter);
  }

  #forward(letter: Letter): void {
    if (letter.to === this.address) {
      this.#note(letter.from, letter.to);
      if (letter.body === GONE) this.#lose(letter.from);
      else if (letter.port) this.#listen?.(letter.port, (more) => this.receive(more as Letter[]));
      else this.#recipient?.deliver(letter);
    } else if (!this.#pass(letter) && letter.body !== GONE) {
      // It ended in the meantime: who wrote to it must not wait.
      this.#pass({ to: letter.from, from: letter.to, body: GONE, marked: false });
    }
  }

  #pass(letter: Letter, transfer?: Transferable[]): boolean {
    const { to, from } = letter;
    if (to === this.address) {
      queueMicrotask(() => this.#forward(letter));
      return true;
    }
    this.#note(to, from);
    this.#note(from, to);
    const outbox = from === this.address ? this.#shortest(to) : this.#outboxOf(to);
    outbox?.add(letter, letter.port ? [letter.port] : transfer);
    return outbox !== undefined;
  }

  /** The port to another thread of this process, else the next realm on the way. */
  #shortest(to: string): Outbox | undefined {
    const known = this.#direct.get(to);
    if (known) return known;
    const outbox = this.#outboxOf(to);
    const isBeside = outbox === this.#parent && !isWithin(this.address, to);
    if (!this.#listen || !isBeside || !inOneProcess(to, this.address)) return outbox;
    const { port1, port2 } = new MessageChannel();
    outbox!.add({ to, from: this.address, body: null, marked: false, port: port2 }, [port2]);
    const direct = this.#outboxFor((letters, transfer) => port1.postMessage(letters, transfer));
    this.#direct.set(to, direct);
    return direct;
  }

  #outboxFor(post: PostLetters): Outbox {
    return new Outbox(post, (letter, cause) => this.#recipient?.refused(letter, cause));
  }

  #lose(address: string): void {
    for (const other of this.#direct.keys()) {
      if (isWithin(other, address)) this.#direct.delete(other);
    }
    this.#recipient?.gone(address);
  }

  #outboxOf(address: string): Outbox | undefined {
    const child = this.#childTowards(address);
    if (child !== undefined) return this.#children.get(child);
    return isWithin(address, this.address) ? undefined : this.#parent;
  }

  /** The child that is, or leads to, an address. */
  #childTowards(address: string): string | undefined {
    if (!isWithin(address, this.address) || address === this.address) return undefined;
    return beforeDot(address, this.address.length + 1);
  }

  #note(address: string, other: string): void {
    const child = this.#childTowards(address);
    if (child === undefined || isWithin(other, child)) return;
    entryOf(this.#contacts, child, () => new Set()).add(other);
  }

  #close(child: string): void {
    this.#children.delete(child);
    const contacts = this.#contacts.get(child);
    this.#contacts.delete(child);
    for (const other of contacts ?? []) {
      if (other === this.address) this.#lose(child);
      else this.#outboxOf(other)?.add({ to: other, from: child, body: GONE, marked: false });
    }
    // Letters that nobody will get any more need no watching.
    for (const others of this.#contacts.values()) {
      for (const other of others) if (isWithin(other, child)) others.delete(other);
    }
  }
}

/** In place of a letter's text: who wrote it is gone. */
const GONE = "gone";

/** Gathers the letters of a turn. Most workers never get any, so that it keeps nothing in between. */
class Outbox {
  readonly #post: PostLetters;
  readonly #refused: Recipient["refused"];
  #outgoing: Outgoing[] | undefined;

  constructor(post: PostLetters, refused: Recipient["refused"]) {
    this.#post = post;
    this.#refused = refused;
  }

  add(letter: Letter, transfer: Transferable[] = []): void {
    if (this.#outgoing) {
      this.#outgoing.push([letter, transfer]);
    } else {
      this.#outgoing = [[letter, transfer]];
      queueMicrotask(() => this.flush());
    }
  }

  flush(): void {
    const outgoing = this.#outgoing;
    this.#outgoing = undefined;
    if (outgoing) this.#send(outgoing);
  }

  /** What the runtime refuses, such as a port that has moved already, must not cost the others. */
  #send(outgoing: readonly Outgoing[]): void {
    try {
      this.#post(outgoing.map(([letter]) => letter), outgoing.flatMap(([, transfer]) => transfer));
    } catch (cause) {
      if (outgoing.length === 1) return this.#refused(outgoing[0]![0], cause);
      for (const one of outgoing) this.#send([one]);
    }
  }
}

type Outgoing = readonly [letter: Letter, transfer: Transferable[]];

/** Whether an address is a realm, or was started by it or by one of its children. */
export function isWithin(address: string, realm: string): boolean {
  return address === realm || address.startsWith(`${realm}.`);
}

/** Whether two realms are threads of one process, and can share memory. */
export function inOneProcess(a: string, b: string): boolean {
  return mainThreadOf(a) === mainThreadOf(b);
}

/** The main thread of the process of a realm. */
export function mainThreadOf(address: string): string {
  const at = address.lastIndexOf(".p");
  if (at < 0) return ROOT;
  return beforeDot(address, at + 1);
}

/** What stands before the first dot from a place on. */
function beforeDot(address: string, from: number): string {
  const end = address.indexOf(".", from);
  return end < 0 ? address : address.slice(0, end);
}

/** The post office of this realm. */
export function postOffice(): PostOffice {
  return realm.office ??= new PostOffice();
}
