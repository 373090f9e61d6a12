/** What the workers of the workloads do; python.py has the same. */
import {
  type Connection,
  type DictProxy,
  type Event,
  type Lock,
  type Queue,
  type SimpleQueue,
  task,
} from "@pool/core";

export const lockSync = task(import.meta, function lockSync(lock: Lock, n: number): number {
  const began = performance.now();
  for (let i = 0; i < n; i++) {
    lock.acquireSync();
    lock.releaseSync();
  }
  return performance.now() - began;
});

export const lockAsync = task(
  import.meta,
  async function lockAsync(lock: Lock, n: number): Promise<number> {
    const began = performance.now();
    for (let i = 0; i < n; i++) {
      await lock.acquire();
      await lock.release();
    }
    return performance.now() - began;
  },
);

type AnyQueue = Queue<unknown> | SimpleQueue<unknown>;

export const put = task(
  import.meta,
  async function put(queue: AnyQueue, item: unknown, n: number): Promise<void> {
    for (let i = 0; i < n; i++) await queue.put(item);
  },
);

export const get = task(import.meta, async function get(queue: AnyQueue, n: number): Promise<void> {
  for (let i = 0; i < n; i++) await queue.get();
});

export const putSync = task(
  import.meta,
  function putSync(queue: Queue<unknown>, item: unknown, n: number): void {
    for (let i = 0; i < n; i++) queue.putSync(item);
  },
);

export const getSync = task(import.meta, function getSync(queue: Queue<unknown>, n: number): void {
  for (let i = 0; i < n; i++) queue.getSync();
});

export const echoAsync = task(
  import.meta,
  async function echoAsync(connection: Connection, n: number): Promise<void> {
    for (let i = 0; i < n; i++) await connection.send(await connection.recv());
  },
);

export const echoSync = task(
  import.meta,
  function echoSync(connection: Connection, n: number): void {
    for (let i = 0; i < n; i++) connection.sendSync(connection.recvSync());
  },
);

export const askAsync = task(
  import.meta,
  async function askAsync(connection: Connection, n: number): Promise<number> {
    const began = performance.now();
    for (let i = 0; i < n; i++) {
      await connection.send(i);
      await connection.recv();
    }
    return performance.now() - began;
  },
);

export const askSync = task(
  import.meta,
  function askSync(connection: Connection, n: number): number {
    const began = performance.now();
    for (let i = 0; i < n; i++) {
      connection.sendSync(i);
      connection.recvSync();
    }
    return performance.now() - began;
  },
);

export const answerAsync = task(
  import.meta,
  async function answerAsync(ping: Event, pong: Event, n: number): Promise<void> {
    for (let i = 0; i < n; i++) {
      await ping.wait();
      await ping.clear();
      await pong.set();
    }
  },
);

export const callAsync = task(
  import.meta,
  async function callAsync(ping: Event, pong: Event, n: number): Promise<number> {
    const began = performance.now();
    for (let i = 0; i < n; i++) {
      await ping.set();
      await pong.wait();
      await pong.clear();
    }
    return performance.now() - began;
  },
);

export const answerSync = task(
  import.meta,
  function answerSync(ping: Event, pong: Event, n: number): void {
    for (let i = 0; i < n; i++) {
      ping.waitSync();
      ping.clearSync();
      pong.setSync();
    }
  },
);

export const callSync = task(
  import.meta,
  function callSync(ping: Event, pong: Event, n: number): number {
    const began = performance.now();
    for (let i = 0; i < n; i++) {
      ping.setSync();
      pong.waitSync();
      pong.clearSync();
    }
    return performance.now() - began;
  },
);

type Numbers = DictProxy<string, number>;

/** One operation after the other, as Python's client must. */
export const dictInTurn = task(
  import.meta,
  async function dictInTurn(dict: Numbers, n: number): Promise<number> {
    const began = performance.now();
    for (let i = 0; i < n; i += 2) {
      await dict.set("key", i);
      await dict.get("key");
    }
    return performance.now() - began;
  },
);

/** Sixty-four at a time. */
export const dictAtOnce = task(
  import.meta,
  async function dictAtOnce(dict: Numbers, n: number): Promise<number> {
    const began = performance.now();
    for (let i = 0; i < n; i += 64) {
      const some: Promise<unknown>[] = [];
      for (let k = 0; k < 32; k++) some.push(dict.set("key", k), dict.get("key"));
      await Promise.all(some);
    }
    return performance.now() - began;
  },
);
