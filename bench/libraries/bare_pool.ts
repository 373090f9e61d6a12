import type { BodyName } from "../bodies.ts";
import { mapInChunks, type Subject } from "../subject.ts";
import { startThread, type Thread } from "./thread.ts";

/**
 * The honest yardstick: the least that can be called a pool. Calls go to the workers in turn; those
 * of one microtask turn leave as one message a worker; replies come back in the order of the calls.
 * No cancellation, no time limits, no errors, no recovery, no care for a slow worker.
 */
export async function open(workers: number): Promise<Subject> {
  const lanes = await Promise.all(Array.from({ length: workers }, () => Lane.start()));
  let turn = 0;
  const subject: Subject = {
    call: (body, value) => lanes[turn++ % workers].call(body, value),
    map: (items) => mapInChunks(subject, items, workers),
    transfer: (bytes) =>
      lanes[turn++ % workers].call("echo", bytes, bytes.buffer) as Promise<Uint8Array<ArrayBuffer>>,
    close: () => Promise.all(lanes.map((lane) => lane.end())),
  };
  return subject;
}

/** Neighbouring calls of the same body share a run. `move` asks to have the values moved back. */
export interface Run {
  readonly body: BodyName;
  readonly values: unknown[];
  readonly move: boolean;
}

class Lane {
  readonly #thread: Thread;
  #runs: Run[] = [];
  #moved: ArrayBuffer[] = [];
  #waiting: ((value: unknown) => void)[] = [];
  #head = 0;

  private constructor(thread: Thread) {
    this.#thread = thread;
  }

  static async start(): Promise<Lane> {
    const thread = startThread(new URL("./bare_pool_worker.ts", import.meta.url));
    const lane = new Lane(thread);
    const ready = new Promise((resolve) => lane.#waiting.push(resolve));
    thread.receive((replies) => lane.#settle(replies as unknown[]));
    await ready;
    return lane;
  }

  call(body: BodyName, value: unknown, moved?: ArrayBuffer): Promise<unknown> {
    if (this.#runs.length === 0) queueMicrotask(() => this.#flush());
    const move = moved !== undefined;
    const last = this.#runs[this.#runs.length - 1];
    if (last?.body === body && last.move === move) last.values.push(value);
    else this.#runs.push({ body, values: [value], move });
    if (moved) this.#moved.push(moved);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  end(): void {
    this.#thread.end();
  }

  #flush(): void {
    const runs = this.#runs, moved = this.#moved;
    this.#runs = [];
    this.#moved = [];
    this.#thread.post(runs, moved.length > 0 ? moved : undefined);
  }

  #settle(replies: unknown[]): void {
    for (const reply of replies) this.#waiting[this.#head++](reply);
    if (this.#head === this.#waiting.length) {
      this.#waiting = [];
      this.#head = 0;
    }
  }
}
