/** Where tests and tasks meet: files, because every backend has them. See tests/tasks/pool_tasks.ts. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { after } from "node:test";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Pool, PoolEvent } from "@pool/core";

/** A condition that has not come true after this time (ms) never will. */
const PATIENCE = 10_000;

/** Waits until a condition is true; rejects when that takes too long. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`${what}: not after ${PATIENCE} ms`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Lets so many milliseconds pass, where a test is about time itself. */
export function passTime(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Lines that tasks write. */
export class Diary {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  get lines(): string[] {
    return existsSync(this.path) ? readFileSync(this.path, "utf8").split("\n").slice(0, -1) : [];
  }

  /** Resolves when there are so many lines. */
  async has(lines: number): Promise<void> {
    await until(() => this.lines.length >= lines, `${lines} lines in the diary`);
  }
}

/** Where tasks wait until the test lets them go; also what they say when they get there. */
export class Gate extends Diary implements Disposable {
  open(): void {
    writeFileSync(`${this.path}.open`, "");
  }

  /** A test that fails must not leave tasks behind that its pool waits for. */
  [Symbol.dispose](): void {
    this.open();
  }
}

/** The files of one suite, gone with it. */
export class Scene {
  readonly #folder = mkdtempSync(join(tmpdir(), "pool-suite-"));
  #files = 0;

  constructor() {
    after(() => rmSync(this.#folder, { recursive: true, force: true }));
  }

  diary(): Diary {
    return new Diary(this.#path());
  }

  gate(): Gate {
    return new Gate(this.#path());
  }

  #path(): string {
    return join(this.#folder, String(++this.#files));
  }
}

/** All events of a pool from now on. */
export function recordEvents(pool: Pool): PoolEvent[] {
  const events: PoolEvent[] = [];
  pool.events.subscribe((event) => events.push(event));
  return events;
}

/** What was thrown or rejected with; fails when nothing was. */
export async function rejection(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("it should have been rejected");
}

/** A source that counts what is pulled from it, and says whether it was closed. */
export class CountedSource implements Iterable<number> {
  pulled = 0;
  closed = false;
  readonly #length: number;

  constructor(length = Infinity) {
    this.#length = length;
  }

  *[Symbol.iterator](): Generator<number, undefined, undefined> {
    try {
      while (this.pulled < this.#length) yield this.pulled++;
    } finally {
      this.closed = true;
    }
  }
}

/** As {@link CountedSource}, asynchronously; from `stallAt` on it gives nothing more and never ends. */
export class CountedAsyncSource implements AsyncIterable<number> {
  pulled = 0;
  closed = false;
  readonly #length: number;
  readonly #stallAt: number;

  constructor(length = Infinity, stallAt = Infinity) {
    this.#length = length;
    this.#stallAt = stallAt;
  }

  [Symbol.asyncIterator](): AsyncIterator<number, undefined> {
    return {
      next: async () => {
        await Promise.resolve();
        if (this.pulled >= this.#stallAt) return await new Promise(() => {});
        if (this.pulled >= this.#length) return { done: true, value: undefined };
        return { done: false, value: this.pulled++ };
      },
      return: () => {
        this.closed = true;
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }
}
