import { earlier, type Waiting } from "./backlog.ts";
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
  /** The first one is that of calls without options. */
  readonly #lines = [new CallLine()];
  readonly #recent: CallTerms[] = [];
  readonly #events: CallLineEvents;

  constructor(events: CallLineEvents) {
    this.#events = events;
  }

  /** How many calls wait. */
  get size(): number {
    let size = 0;
    for (const line of this.#lines) size += line.size;
    return size;
  }

  /** The line of calls with these options; `undefined` where such a call has to be a job. */
  lineOf(terms: CallTerms): CallLine | undefined {
    for (const line of this.#lines) if (sameTerms(line.terms, terms)) return line;
    return this.#open(terms);
  }

  /** The call that goes before all others, as a job; it stays. */
  get front(): Job | undefined {
    return this.#firstOf(this.#lines);
  }

  /** Takes a front out, and up to so many calls with it which go before `rival` and all other lines. */
  take(front: Job, most: number, rival: Waiting | undefined): Job | undefined {
    const line = this.#lines.find((line) => line.front === front);
    if (!line) return undefined;
    const next = this.#firstOf(this.#lines.filter((other) => other !== line));
    return line.take(most, earlier(next, rival));
  }

  /** Takes any call out. */
  shift(): Job | undefined {
    return this.#lines.find((line) => line.size > 0)?.shift();
  }

  #firstOf(lines: readonly CallLine[]): Job | undefined {
    let first: Job | undefined;
    for (const { front } of lines) first = earlier(first, front);
    return first;
  }

  #open(terms: CallTerms): CallLine | undefined {
    // A time limit for the wait is counted for each call.
    if (terms.limits?.queueTimeout !== undefined) return undefined;
    if (!this.#recent.some((recent) => sameTerms(recent, terms))) {
      if (this.#recent.push(terms) > RECENT) this.#recent.shift();
      return undefined;
    }
    const { length } = this.#lines;
    const place = length <= LINES
      ? length
      : this.#lines.findIndex(({ size }, place) => place > 0 && size === 0);
    return place < 0 ? undefined : this.#lines[place] = new CallLine(terms, this.#events);
  }
}
