/**
 * Puts and gets while producers and consumers, threads and child processes on the same queues, are killed at
 * random: `node scripts/soak_queues.ts [--minutes=10]`, and so with `bun` and `deno run -A`.
 *
 * Every acknowledged item must come out exactly once. A killed consumer may have had one that it did not
 * write down; nothing else may be missing. Exits with 1 where something is.
 */
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { Empty, importTasks, Process, Queue, Thread } from "@pool/core";

const HELP = `Usage: npm run soak -- [options]

  --minutes=N    how long to go on (default 10)`;

type Item = readonly [producer: string, index: number, rest: string | Uint8Array];
type Worker = Thread | Process;

/** Length of a round (ms); each has queues of its own. */
const ROUND = 10_000;
/** Milliseconds between two kills, on average. */
const KILL_EVERY = 300;
const PRODUCERS = 3, CONSUMERS = 3;
/** More items than this do not wait, so that all of them fit into the ring: those in a worker die with it. */
const MOST_WAITING = 100;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Puts items and writes down those that were acknowledged. */
export async function produce(queue: Queue<Item>, name: string, diary: string): Promise<void> {
  for (let i = 0;; i++) {
    const rest = i % 7 === 0 ? new Uint8Array(1000 * (i % 5)).fill(i) : "x".repeat(i % 300);
    await queue.put([name, i, rest]);
    appendFileSync(diary, `${name} ${i}\n`);
    if (i % 10 === 0) await pause(1);
    while (i % 10 === 0 && await queue.qsize() > MOST_WAITING) await pause(2);
  }
}

/** Puts items that are larger than the ring; they may die with it. */
export async function produceLarge(queue: Queue<Item>, name: string): Promise<void> {
  for (let i = 0;; i++) {
    await queue.put([name, i, new Uint8Array(3_000_000).fill(i)]);
    while (await queue.qsize() > 3) await pause(5);
  }
}

/** Takes items and writes them down. */
export async function consume(queue: Queue<Item>, diary: string): Promise<void> {
  for (;;) write(await queue.get(), diary);
}

function write([name, index, rest]: Item, diary: string): void {
  const whole = typeof rest === "string" || rest.every((byte) => byte === (index & 255));
  appendFileSync(diary, `${name} ${index}${whole ? "" : " damaged"}\n`);
}

const tasks = importTasks<{
  produce: typeof produce;
  produceLarge: typeof produceLarge;
  consume: typeof consume;
}>(import.meta.url);

/** Workers of one kind of work on one queue, each replaced when it was killed. */
class Crew {
  kills = 0;
  readonly #start: (number: number) => Worker;
  readonly #workers: Worker[] = [];
  #started = 0;

  constructor(size: number, start: (number: number) => Worker) {
    this.#start = start;
    for (let i = 0; i < size; i++) this.#workers.push(this.#next());
  }

  async killOne(): Promise<void> {
    const place = Math.floor(Math.random() * this.#workers.length);
    await this.#kill(this.#workers[place]!);
    this.#workers[place] = this.#next();
  }

  async end(): Promise<void> {
    await Promise.all(this.#workers.splice(0).map((worker) => this.#kill(worker)));
  }

  async #kill(worker: Worker): Promise<void> {
    this.kills++;
    worker.kill();
    await worker.join();
  }

  #next(): Worker {
    const worker = this.#start(++this.#started);
    worker.start();
    return worker;
  }
}

/** A thread or a child process. */
function workerOf<A extends readonly unknown[]>(
  target: (...args: A) => unknown,
  args: A,
): Worker {
  return Math.random() < 0.5
    ? new Thread({ target, args, daemon: true }) as Thread
    : new Process({ target, args, daemon: true }) as Process;
}

/** What one round has come to. */
interface Outcome {
  readonly acknowledged: number;
  readonly taken: number;
  readonly kills: number;
  /** What killed consumers had and did not write down. */
  readonly missing: number;
  readonly faults: readonly string[];
}

/** One queue for a while. */
class Round {
  readonly #folder = mkdtempSync(join(tmpdir(), "pool-soak-"));
  readonly #puts: string[] = [];
  readonly #takes: string[] = [];
  readonly #queue: Queue<Item>;
  readonly #large: boolean;
  readonly #name: string;

  constructor(maxsize: number, large: boolean) {
    this.#queue = new Queue<Item>(maxsize);
    this.#large = large;
    this.#name = `maxsize ${maxsize}${large ? ", large items" : ""}`;
  }

  async run(until: number): Promise<Outcome> {
    const producers = new Crew(PRODUCERS, (n) => {
      const diary = this.#diary(this.#puts);
      return this.#large
        ? workerOf(tasks.produceLarge, [this.#queue, `p${n}`])
        : workerOf(tasks.produce, [this.#queue, `p${n}`, diary]);
    });
    const consumers = new Crew(
      CONSUMERS,
      () => workerOf(tasks.consume, [this.#queue, this.#diary(this.#takes)]),
    );
    while (performance.now() < until) {
      await pause(2 * KILL_EVERY * Math.random());
      await (Math.random() < 0.5 ? producers : consumers).killOne();
    }
    await producers.end();
    await this.#drain();
    await consumers.end();
    await this.#drain();
    const size = await this.#queue.qsize();
    const missing = this.#missing();
    const faults = this.#faults(missing, consumers.kills);
    if (size !== 0) faults.push(`qsize() is ${size} in the end`);
    const acknowledged = this.#lines(this.#puts).length, taken = this.#lines(this.#takes).length;
    const kills = producers.kills + consumers.kills;
    rmSync(this.#folder, { recursive: true, force: true });
    const named = faults.map((one) => `${this.#name}: ${one}`);
    return { acknowledged, taken, kills, missing: missing.length, faults: named };
  }

  /** Takes what is left. */
  async #drain(): Promise<void> {
    const diary = this.#diary(this.#takes);
    try {
      for (;;) write(await this.#queue.get({ timeout: 1000 }), diary);
    } catch (error) {
      if (!(error instanceof Empty)) throw error;
    }
  }

  #missing(): string[] {
    const seen = new Set(this.#lines(this.#takes));
    return this.#lines(this.#puts).filter((line) => !seen.has(line));
  }

  #faults(missing: readonly string[], killedConsumers: number): string[] {
    const faults: string[] = [];
    const seen = new Set<string>();
    const takes = this.#lines(this.#takes);
    for (const line of takes) {
      if (line.endsWith("damaged")) faults.push(`${line}`);
      if (seen.has(line)) faults.push(`${line} came out twice`);
      seen.add(line);
    }
    if (missing.length > killedConsumers) {
      const some = missing.slice(0, 20).join(", ");
      faults.push(`${missing.length} lost with ${killedConsumers} killed consumers: ${some}`);
    }
    if (this.#large && takes.length === 0) faults.push("no large item came out");
    const late = this.#takes.flatMap((path) => this.#late(path));
    if (late.length > killedConsumers) {
      faults.push(`${late.length} out of order with ${killedConsumers} killed consumers: ${late}`);
    }
    return faults.slice(0, 20);
  }

  /**
   * What one consumer gets of one producer is in order, but for what was on its way to a child that was
   * killed: that may come late.
   */
  #late(path: string): string[] {
    const last = new Map<string, number>(), late: string[] = [];
    for (const line of this.#lines([path])) {
      const [name, index] = line.split(" ");
      if (Number(index) <= (last.get(name!) ?? -1)) late.push(line);
      else last.set(name!, Number(index));
    }
    return late;
  }

  #diary(list: string[]): string {
    const path = join(this.#folder, `${this.#puts.length + this.#takes.length}`);
    appendFileSync(path, "");
    list.push(path);
    return path;
  }

  #lines(paths: readonly string[]): string[] {
    return paths.flatMap((path) => readFileSync(path, "utf8").split("\n").slice(0, -1));
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { minutes: { type: "string", default: "10" }, help: { type: "boolean" } },
  });
  if (values.help) return console.log(HELP);
  const began = performance.now(), end = began + Number(values.minutes) * 60_000;
  if (Number.isNaN(end)) {
    throw new TypeError(`Cannot use --minutes=${values.minutes}: give a number`);
  }
  const total = { acknowledged: 0, taken: 0, kills: 0, faults: [] as string[] };
  for (let round = 0; performance.now() < end; round++) {
    const one = new Round([0, 10, 1][round % 3]!, round % 4 === 3);
    const { acknowledged, taken, kills, missing, faults } = await one.run(
      performance.now() + ROUND,
    );
    total.acknowledged += acknowledged;
    total.taken += taken;
    total.kills += kills;
    total.faults.push(...faults);
    const seconds = Math.round((performance.now() - began) / 1000);
    console.log(
      `${seconds} s: ${acknowledged} acknowledged, ${taken} taken, ${kills} killed, ` +
        `${missing} with their consumers`,
    );
    for (const fault of faults) console.log(`  FAULT ${fault}`);
  }
  const { acknowledged, taken, kills, faults } = total;
  console.log(
    `${acknowledged} acknowledged, ${taken} taken, ${kills} killed: ` +
      (faults.length === 0 ? "nothing lost, nothing doubled" : `${faults.length} faults`),
  );
  process.exit(faults.length === 0 ? 0 : 1);
}

if (import.meta.main) {
  await main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 2;
  });
}
