import { goesBefore, type Waiting } from "./backlog.ts";
import { CallLine, type CallLineEvents } from "./call_line.ts";
import type { Job } from "./job.ts";
import { type CallTerms, sameTerms } from "./terms.ts";

/** Most lines of calls with options. */
const LINES = 8;
/** Options that came so lately get a line of their own when they come again. */
const RECENT = 8;

/**
 * The lines of calls that wait as less than jobs: one for calls without options, others for options that
 * come again and again. Options that come once, such as a signal for each call, are not worth a line.
 */
export class CallLines {
  readonly #plain = new CallLine();
  readonly #others: CallLine[] = [];
  readonly #recent: CallTerms[] = [];
  #turn = 0;
  readonly #events: CallLineEvents;

  constructor(events: CallLineEvents) {
    this.#events = events;
  }

  /** How many calls wait. */
  get size(): number {
    let { size } = this.#plain;
    for (const line of this.#others) size += line.size;
    return size;
  }

  /** The line of calls with these options; `undefined` where such a call has to be a job. */
  lineOf(terms: CallTerms): CallLine | undefined {
    if (terms.limits === undefined && terms.priority === 0) return this.#plain;
    for (const line of this.#others) if (sameTerms(line.terms, terms)) return line;
    return this.#open(terms);
  }

  /** The call that goes before all others, as a job; it stays. */
  get front(): Job | undefined {
    let { front } = this.#plain;
    for (const { front: other } of this.#others) {
      if (other && (!front || goesBefore(other, front))) front = other;
    }
    return front;
  }

  /** Takes a front out, and up to so many calls with it which go before `rival` and all other lines. */
  take(front: Job, most: number, rival: Waiting | undefined): Job | undefined {
    const line = this.#lineAt(front);
    if (!line) return undefined;
    let first = rival;
    for (const other of [this.#plain, ...this.#others]) {
      const next = other === line ? undefined : other.front;
      if (next && (!first || goesBefore(next, first))) first = next;
    }
    return line.take(most, first);
  }

  /** Takes any call out. */
  shift(): Job | undefined {
    for (const line of this.#others) if (line.size > 0) return line.shift();
    return this.#plain.shift();
  }

  #lineAt(front: Job): CallLine | undefined {
    if (this.#plain.front === front) return this.#plain;
    return this.#others.find((line) => line.front === front);
  }

  #open(terms: CallTerms): CallLine | undefined {
    // A time limit for the wait is counted for each call.
    if (terms.limits?.queueTimeout !== undefined) return undefined;
    if (!this.#recent.some((recent) => sameTerms(recent, terms))) {
      this.#recent[this.#turn++ % RECENT] = terms;
      return undefined;
    }
    const { length } = this.#others;
    const place = length < LINES ? length : this.#others.findIndex(({ size }) => size === 0);
    return place < 0 ? undefined : this.#others[place] = new CallLine(terms, this.#events);
  }
}
