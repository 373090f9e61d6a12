/** Shared things between two workers; each workload has its counterpart in python.py. */
import { Event, Lock, Manager, Pipe, type Pool, Queue } from "@pool/core";
import * as tasks from "./tasks.ts";

/** One workload in one of the ways in which it can be done. */
export interface Workload {
  /** "" where there is one way. */
  readonly way: string;
  /** False where child processes cannot do it: their memory is not shared. */
  readonly inChildren: boolean;
  /** Measures `n` operations; the unit is that of UNITS. */
  run(pool: Pool, n: number): Promise<number>;
}

type LockBody = (lock: Lock, n: number) => number | Promise<number>;

const ONE_KB = Object.fromEntries(
  Array.from({ length: 20 }, (_, i) => [
    `key${String(i).padStart(2, "0")}`,
    `value ${String(i).padStart(2, "0")} of some thirty characters`,
  ]),
);
const BYTES = new Uint8Array(64 * 1024);

const perSecond = (n: number, milliseconds: number): number => n / milliseconds * 1000;
const microseconds = (n: number, milliseconds: number): number => milliseconds * 1000 / n;

/** Milliseconds until both are done. */
async function both(a: PromiseLike<unknown>, b: PromiseLike<unknown>): Promise<number> {
  const began = performance.now();
  await Promise.all([a, b]);
  return performance.now() - began;
}

function alone(way: string, inChildren: boolean, body: LockBody): Workload {
  return {
    way,
    inChildren,
    run: async (pool: Pool, n: number) => perSecond(n, await pool.apply(body, [new Lock(), n])),
  };
}

function contended(way: string, inChildren: boolean, body: LockBody): Workload {
  return {
    way,
    inChildren,
    run: async (pool: Pool, n: number) => {
      const lock = new Lock();
      const time = await both(pool.apply(body, [lock, n]), pool.apply(body, [lock, n]));
      return perSecond(2 * n, time);
    },
  };
}

function queueOf(item: unknown): Workload[] {
  return [
    {
      way: "sync",
      inChildren: false,
      run: async (pool, n) => {
        const queue = new Queue<unknown>();
        const puts = pool.apply(tasks.putSync, [queue, item, n]);
        return perSecond(n, await both(puts, pool.apply(tasks.getSync, [queue, n])));
      },
    },
    {
      way: "async",
      inChildren: true,
      run: async (pool, n) => {
        const queue = new Queue<unknown>();
        const puts = pool.apply(tasks.put, [queue, item, n]);
        return perSecond(n, await both(puts, pool.apply(tasks.get, [queue, n])));
      },
    },
  ];
}

/** All workloads by name. */
export const WORKLOADS: Readonly<Record<string, readonly Workload[]>> = {
  lock: [alone("sync", false, tasks.lockSync), alone("async", true, tasks.lockAsync)],
  contended: [
    contended("sync", false, tasks.lockSync),
    contended("async", true, tasks.lockAsync),
  ],
  "queue-int": queueOf(7),
  "queue-1KB": queueOf(ONE_KB),
  "queue-64KiB": queueOf(BYTES),
  pipe: [
    {
      way: "sync",
      inChildren: false,
      run: async (pool, n) => {
        const [here, there] = Pipe();
        const echo = pool.apply(tasks.echoSync, [there, n]);
        const time = await pool.apply(tasks.askSync, [here, n]);
        await echo;
        return microseconds(n, time);
      },
    },
    {
      way: "async",
      inChildren: true,
      run: async (pool, n) => {
        const [here, there] = Pipe();
        const echo = pool.apply(tasks.echoAsync, [there, n]);
        const time = await pool.apply(tasks.askAsync, [here, n]);
        await echo;
        return microseconds(n, time);
      },
    },
  ],
  event: [
    {
      way: "sync",
      inChildren: false,
      run: async (pool, n) => {
        const ping = new Event(), pong = new Event();
        const answers = pool.apply(tasks.answerSync, [ping, pong, n]);
        const time = await pool.apply(tasks.callSync, [ping, pong, n]);
        await answers;
        return microseconds(2 * n, time);
      },
    },
    {
      way: "async",
      inChildren: true,
      run: async (pool, n) => {
        const ping = new Event(), pong = new Event();
        const answers = pool.apply(tasks.answerAsync, [ping, pong, n]);
        const time = await pool.apply(tasks.callAsync, [ping, pong, n]);
        await answers;
        return microseconds(2 * n, time);
      },
    },
  ],
  manager: (["in turn", "64 at once"] as const).map((way) => ({
    way,
    inChildren: true,
    run: async (pool, n) => {
      await using manager = await Manager.start();
      const dict = await manager.dict<string, number>();
      const body = way === "in turn" ? tasks.dictInTurn : tasks.dictAtOnce;
      await pool.apply(body, [dict, Math.ceil(n / 20)]);
      return perSecond(n, await pool.apply(body, [dict, n]));
    },
  })),
};
