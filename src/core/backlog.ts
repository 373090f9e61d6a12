/**
 * The scheduler's own line of waiting jobs: higher priority first, within one priority first come,
 * first served.
 *
 * Priorities age, so that nobody starves: a job gains one level for every {@link AGING} jobs that come
 * after it, in steps of {@link STEP} jobs. Its rank `priority - age` never changes while it waits, so that
 * nothing has to be re-sorted; of one rank the older goes first, so that steps let many of one priority go
 * together (`call_line.ts`) where priorities alternate from call to call.
 *
 * One FIFO for each priority, and a heap of these by the rank of their heads: with the one default priority
 * every step is O(1), with k priorities O(log k); taking a job out of the middle is O(1) too, but for a head
 * O(log k).
 */
import { type Linked, LinkedList } from "./linked_list.ts";

/** This many later jobs may overtake a job for each level of priority that they are above it. */
export const AGING = 1024;
/** Jobs of one age: of so many that follow each other. */
const STEP = 64;

/** What can wait here. */
export interface Waiting extends Linked {
  readonly priority: number;
  /** Higher the later it came. */
  readonly id: number;
}

interface Level<T extends Waiting> {
  readonly priority: number;
  readonly line: LinkedList<T>;
  /** Index in the heap, or -1 while the line is empty. */
  position: number;
}

/** Waiting jobs in the order in which they are to be run. */
export class Backlog<T extends Waiting> {
  /** The level of jobs without a priority: nearly all. */
  readonly #usual: Level<T> = { priority: 0, line: new LinkedList(), position: -1 };
  /** The others that are not empty. */
  readonly #levels = new Map<number, Level<T>>();
  readonly #heap: Level<T>[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The job that is next; it stays. */
  peek(): T | undefined {
    return this.#heap[0]?.line.head;
  }

  /** Adds a job behind those of its priority. */
  add(job: T): void {
    const level = this.#levelOf(job.priority);
    level.line.push(job);
    this.#size++;
    this.#settle(level);
  }

  /** Puts a job that was taken out before those of its priority. */
  putBack(job: T): void {
    const level = this.#levelOf(job.priority);
    level.line.unshift(job);
    this.#size++;
    this.#settle(level);
  }

  /** Takes a job out; false when it is not here. */
  remove(job: T): boolean {
    const level = job.priority === 0 ? this.#usual : this.#levels.get(job.priority);
    if (!level || job.list !== level.line) return false;
    level.line.remove(job);
    this.#size--;
    this.#settle(level);
    return true;
  }

  /** Takes the job out that is next. */
  shift(): T | undefined {
    const job = this.peek();
    if (job) this.remove(job);
    return job;
  }

  #levelOf(priority: number): Level<T> {
    if (priority === 0) return this.#usual;
    let level = this.#levels.get(priority);
    if (!level) {
      level = { priority, line: new LinkedList(), position: -1 };
      this.#levels.set(priority, level);
    }
    return level;
  }

  /** Puts a level where the rank of its head belongs. */
  #settle(level: Level<T>): void {
    if (level.line.head) {
      if (level.position < 0) level.position = this.#heap.push(level) - 1;
      // The only level is in place: the case of all pools without priorities.
      if (this.#heap.length > 1) this.#sift(level);
    } else {
      this.#drop(level);
    }
  }

  #drop(level: Level<T>): void {
    // Levels are forgotten when empty, so that many different priorities leave nothing behind.
    this.#levels.delete(level.priority);
    const last = this.#heap.pop()!;
    const { position } = level;
    level.position = -1;
    if (last === level) return;
    this.#place(last, position);
    this.#sift(last);
  }

  #sift(level: Level<T>): void {
    const heap = this.#heap;
    const head = headOf(level);
    let i = level.position;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!goesBefore(head, headOf(heap[parent]!))) break;
      this.#place(heap[parent]!, i);
      i = parent;
    }
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      const other = heap[child + 1];
      if (other && goesBefore(headOf(other), headOf(heap[child]!))) child++;
      if (!goesBefore(headOf(heap[child]!), head)) break;
      this.#place(heap[child]!, i);
      i = child;
    }
    this.#place(level, i);
  }

  #place(level: Level<T>, position: number): void {
    this.#heap[position] = level;
    level.position = position;
  }
}

/** The one that is to run first; one that is missing is no rival. */
export function earlier<T extends Waiting>(a: T | undefined, b: T | undefined): T | undefined {
  if (!a || !b) return a ?? b;
  return goesBefore(b, a) ? b : a;
}

/** True where `a` is to run before `b`. */
export function goesBefore(a: Waiting, b: Waiting): boolean {
  return precedes(a.priority, a.id, b);
}

/** True where a job of this priority and number is to run before another. */
export function precedes(priority: number, id: number, other: Waiting): boolean {
  const ahead = rank(priority, id) - rank(other.priority, other.id);
  return ahead === 0 ? id < other.id : ahead > 0;
}

function rank(priority: number, id: number): number {
  return priority - Math.floor(id / STEP) * (STEP / AGING);
}

function headOf<T extends Waiting>(level: Level<T>): T {
  return level.line.head!;
}
