/**
 * Letters between any two realms of a program, over the wires that workers have to their hosts.
 *
 * Realms are a tree: whoever starts a worker is its parent. An address is the way from the main program:
 * `0.t3.p1` is the first child process of its third thread. So each realm knows by the address alone
 * to which neighbour a letter goes next, and nobody keeps routes.
 *
 * Who exchanged letters with a realm is told of its end. Its host knows, as all its letters pass there.
 */
import type { Letter } from "./messages.ts";
import { realm } from "./realm.ts";
import type { Transferable } from "./transferable.ts";

/** The main program. */
export const ROOT = "0";

/** What a realm does with what comes for it. */
export interface Recipient {
  /** A letter came. */
  deliver(letter: Letter): void;
  /** A realm with which letters were exchanged is gone, and all that it had started. */
  gone(address: string): void;
}

/** Sends letters to a neighbour; those of one turn together. */
export type PostLetters = (letters: readonly Letter[], transfer: Transferable[]) => void;

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
  readonly #children = new Map<string, Outbox>();
  #lastChild = 0;
  /** Who exchanged letters with a child, or with what that has started. */
  readonly #contacts = new Map<string, Set<string>>();
  #recipient: Recipient | undefined;

  /** @param parent the way to the realm that has started this one */
  constructor(address: string = ROOT, parent?: PostLetters) {
    this.address = address;
    this.#parent = parent && new Outbox(parent);
  }

  /** Says who takes the letters for this realm. */
  set recipient(recipient: Recipient) {
    this.#recipient = recipient;
  }

  /** A worker is being started: gives it an address. */
  open(kind: "thread" | "process", post: PostLetters): Mailbox {
    const address = `${this.address}.${kind === "process" ? "p" : "t"}${++this.#lastChild}`;
    this.#children.set(address, new Outbox(post));
    return {
      address,
      receive: (letters) => letters.forEach((letter) => this.#forward(letter)),
      end: () => this.#close(address),
    };
  }

  /** Sends a letter; false where the addressee is gone. Those of one turn leave together. */
  send(to: string, body: unknown, marked: boolean, transfer?: Transferable[]): boolean {
    return this.#pass({ to, from: this.address, body, marked }, transfer);
  }

  /** Letters came from the parent. */
  receive(letters: readonly Letter[]): void {
    for (const letter of letters) this.#forward(letter);
  }

  #forward(letter: Letter): void {
    if (letter.to === this.address) {
      this.#note(letter.from, letter.to);
      if (letter.body === GONE) this.#recipient?.gone(letter.from);
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
    const outbox = this.#outboxOf(to);
    outbox?.add(letter, transfer);
    return outbox !== undefined;
  }

  #outboxOf(address: string): Outbox | undefined {
    const child = this.#childTowards(address);
    if (child !== undefined) return this.#children.get(child);
    return isWithin(address, this.address) ? undefined : this.#parent;
  }

  /** The child that is, or leads to, an address. */
  #childTowards(address: string): string | undefined {
    if (!isWithin(address, this.address) || address === this.address) return undefined;
    const end = address.indexOf(".", this.address.length + 1);
    return end < 0 ? address : address.slice(0, end);
  }

  #note(address: string, other: string): void {
    const child = this.#childTowards(address);
    if (child === undefined || isWithin(other, child)) return;
    let contacts = this.#contacts.get(child);
    if (!contacts) this.#contacts.set(child, contacts = new Set());
    contacts.add(other);
  }

  #close(child: string): void {
    this.#children.delete(child);
    const contacts = this.#contacts.get(child);
    this.#contacts.delete(child);
    for (const other of contacts ?? []) {
      if (other === this.address) this.#recipient?.gone(child);
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

/** Gathers the letters of a turn. */
class Outbox {
  readonly #post: PostLetters;
  #letters: Letter[] = [];
  #transfer: Transferable[] = [];

  constructor(post: PostLetters) {
    this.#post = post;
  }

  add(letter: Letter, transfer?: Transferable[]): void {
    if (this.#letters.push(letter) === 1) queueMicrotask(() => this.#flush());
    if (transfer) this.#transfer.push(...transfer);
  }

  #flush(): void {
    const letters = this.#letters, transfer = this.#transfer;
    this.#letters = [];
    this.#transfer = [];
    this.#post(letters, transfer);
  }
}

/** Whether an address is a realm, or was started by it or by one of its children. */
export function isWithin(address: string, realm: string): boolean {
  return address === realm || address.startsWith(`${realm}.`);
}

/** Whether two realms are threads of one process, and can share memory. */
export function inOneProcess(a: string, b: string): boolean {
  return processOf(a) === processOf(b);
}

function processOf(address: string): string {
  const at = address.lastIndexOf(".p");
  if (at < 0) return ROOT;
  const end = address.indexOf(".", at + 1);
  return end < 0 ? address : address.slice(0, end);
}

/** The post office of this realm. */
export function postOffice(): PostOffice {
  return realm.office ??= new PostOffice();
}
