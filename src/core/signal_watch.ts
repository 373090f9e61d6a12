import { type Linked, LinkedList } from "./linked_list.ts";

interface Watched<T extends Linked> {
  readonly entries: LinkedList<T>;
  readonly listener: () => void;
}

/** One listener a signal, however many entries wait on it; gone with the last of them. */
export class SignalWatch<T extends Linked> {
  readonly #watched = new Map<AbortSignal, Watched<T>>();
  readonly #onAbort: (entry: T, reason: unknown) => void;

  constructor(onAbort: (entry: T, reason: unknown) => void) {
    this.#onAbort = onAbort;
  }

  /** Watches for an entry; it is in no list, or in that of this signal already. */
  add(signal: AbortSignal, entry: T): void {
    if (entry.list) return;
    let watched = this.#watched.get(signal);
    if (!watched) {
      const entries = new LinkedList<T>();
      const listener = (): void => {
        const aborted: T[] = [];
        for (let one = entries.head; one; one = one.next) aborted.push(one);
        for (const one of aborted) this.#onAbort(one, signal.reason);
      };
      watched = { entries, listener };
      this.#watched.set(signal, watched);
      signal.addEventListener("abort", listener);
    }
    watched.entries.push(entry);
  }

  remove(signal: AbortSignal, entry: T): void {
    const watched = this.#watched.get(signal);
    if (!watched) return;
    watched.entries.remove(entry);
    if (watched.entries.head) return;
    this.#watched.delete(signal);
    signal.removeEventListener("abort", watched.listener);
  }
}
