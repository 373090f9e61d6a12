/**
 * The scheduler's own line of waiting jobs: higher priority first, within one priority first come,
 * first served.
 *
 * Priorities age, so that nobody starves: a job gains one level for every {@link AGING} jobs that come
 * after it. Its rank `priority - number / AGING` never changes while it waits, so that nothing has to
 * be re-sorted. One FIFO for each priority, and a heap of these by the rank of their heads: with the
 * one default priority every step is O(1), with k priorities O(log k); taking a job out of the middle
 * is O(1) too, but for a head O(log k).
 */
import { LinkedList, type ListNode, listNode } from "./linked_list.ts";

/** This many later jobs may overtake a job for each level of priority that they are above it. */
export const AGING = 1024;

/** What can wait here. The fields belong to the backlog. */
export interface Waiting {
  readonly priority: number;
  /** Number of arrival; 0 before it waited anywhere. */
  arrival: number;
  /** Its entry in the line, kept for all its visits. */
  place: ListNode<Waiting> | undefined;
}

interface Level {
  readonly priority: number;
  readonly line: LinkedList<Waiting>;
  /** Index in the heap, or -1 while the line is empty. */
  position: number;
}

let arrivals = 0;

/** Waiting jobs in the order in which they are to be run. */
export class Backlog<T extends Waiting> {
  readonly #levels = new Map<number, Level>();
  readonly #heap: Level[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The job that is next; it stays. */
  peek(): T | undefined {
    return this.#heap[0]?.line.head?.value as T | undefined;
  }

  /** Adds a job behind those of its priority. */
  add(job: T): void {
    job.arrival = ++arrivals;
    const level = this.#levelOf(job.priority);
    level.line.push(job.place ??= listNode<Waiting>(job));
    this.#size++;
    this.#settle(level);
  }

  /** Puts a job that was taken out before those of its priority. */
  putBack(job: T): void {
    const level = this.#levelOf(job.priority);
    // One that never waited would count as the oldest of all.
    if (job.arrival === 0) job.arrival = level.line.head?.value.arrival ?? arrivals;
    level.line.unshift(job.place ??= listNode<Waiting>(job));
    this.#size++;
    this.#settle(level);
  }

  /** Takes a job out; false when it is not here. */
  remove(job: T): boolean {
    const level = this.#levels.get(job.priority);
    if (!level || job.place?.list !== level.line) return false;
    level.line.remove(job.place);
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

  #levelOf(priority: number): Level {
    let level = this.#levels.get(priority);
    if (!level) {
      level = { priority, line: new LinkedList(), position: -1 };
      this.#levels.set(priority, level);
    }
    return level;
  }

  /** Puts a level where the rank of its head belongs. */
  #settle(level: Level): void {
    if (level.line.head) {
      if (level.position < 0) level.position = this.#heap.push(level) - 1;
      // The only level is in place: the case of all pools without priorities.
      if (this.#heap.length > 1) this.#sift(level);
    } else {
      this.#drop(level);
    }
  }

  #drop(level: Level): void {
    // Levels are forgotten when empty, so that many different priorities leave nothing behind.
    this.#levels.delete(level.priority);
    const last = this.#heap.pop()!;
    if (last === level) return;
    last.position = level.position;
    this.#heap[last.position] = last;
    this.#sift(last);
  }

  #sift(level: Level): void {
    const heap = this.#heap;
    const rank = rankOf(level);
    let i = level.position;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (rankOf(heap[parent]!) >= rank) break;
      this.#place(heap[parent]!, i);
      i = parent;
    }
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && rankOf(heap[child + 1]!) > rankOf(heap[child]!)) child++;
      if (rank >= rankOf(heap[child]!)) break;
      this.#place(heap[child]!, i);
      i = child;
    }
    this.#place(level, i);
  }

  #place(level: Level, position: number): void {
    this.#heap[position] = level;
    level.position = position;
  }
}

/** True where `a` is to run before `b`. */
export function goesBefore(a: Waiting, b: Waiting): boolean {
  return rank(a) > rank(b);
}

function rank({ priority, arrival }: Waiting): number {
  return priority - arrival / AGING;
}

function rankOf(level: Level): number {
  return rank(level.line.head!.value);
}
