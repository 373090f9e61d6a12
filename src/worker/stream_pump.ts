import { encode } from "../protocol/encode.ts";
import { type SentValue, STREAM_CREDIT } from "../protocol/messages.ts";
import type { Transferable } from "../protocol/transferable.ts";
import { afterTicks } from "./thenable.ts";

/** Items that settle within this many microtasks go into one message. */
const TICKS_BEFORE_SEND = 3;

type AnyIterator = Iterator<unknown> | AsyncIterator<unknown>;
type Send = (items: SentValue[], transfer?: Transferable[]) => void;

/** Sends the items of an iterable as far as the consumer has given credit. */
export class StreamPump {
  readonly #iterable: unknown;
  readonly #send: Send;
  #credit = STREAM_CREDIT;
  #stopped = false;
  #wake: (() => void) | undefined;
  #items: SentValue[] = [];
  #transfer: Transferable[] | undefined;

  constructor(iterable: unknown, send: Send) {
    this.#iterable = iterable;
    this.#send = send;
  }

  /** The consumer takes so many items more. */
  grant(items: number): void {
    this.#credit += items;
    this.#wake?.();
  }

  /** No more items are wanted. */
  stop(): void {
    this.#stopped = true;
    this.#wake?.();
  }

  /** Resolves when all items are sent or the stream was stopped; rejects with what the iterable threw. */
  async run(): Promise<void> {
    const iterator = iterate(await this.#iterable);
    try {
      while (await this.#mayContinue()) {
        const step = iterator.next();
        const { done, value } = step instanceof Promise ? await this.#awaitStep(step) : await step;
        if (done) return;
        try {
          this.#add(await value);
        } catch (error) {
          // As after `break`: what it throws at its end would hide the reason.
          await close(iterator).catch(() => {});
          throw error;
        }
      }
      await close(iterator);
    } finally {
      this.flush();
    }
  }

  async #mayContinue(): Promise<boolean> {
    while (this.#credit === 0 && !this.#stopped) {
      this.flush();
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    this.#credit--;
    return !this.#stopped;
  }

  /** An item that takes its time must not hold back those before it. */
  #awaitStep(step: Promise<IteratorResult<unknown>>): Promise<IteratorResult<unknown>> {
    let settled = false;
    afterTicks(TICKS_BEFORE_SEND, () => settled || this.flush());
    return step.finally(() => settled = true);
  }

  #add(item: unknown): void {
    const { value, marked, transfer } = encode(item, "item");
    this.#items.push({ value, marked });
    if (transfer) (this.#transfer ??= []).push(...transfer);
  }

  /** Sends what is there. */
  flush(): void {
    if (this.#items.length === 0) return;
    const items = this.#items, transfer = this.#transfer;
    this.#items = [];
    this.#transfer = undefined;
    this.#send(items, transfer);
  }
}

async function close(iterator: AnyIterator): Promise<void> {
  await iterator.return?.();
}

function iterate(iterable: unknown): AnyIterator {
  const source = iterable as Partial<AsyncIterable<unknown> & Iterable<unknown>> | null | undefined;
  const iterator = source?.[Symbol.asyncIterator]?.() ?? source?.[Symbol.iterator]?.();
  if (iterator) return iterator;
  throw new TypeError(
    `Cannot stream the task's result: it is no iterable but ${
      iterable === null ? "null" : typeof iterable
    }`,
  );
}
