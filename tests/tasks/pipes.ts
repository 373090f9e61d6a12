/** Tasks that use the ends of pipes. */
import process from "node:process";
import type { Connection, Lock, SimpleQueue } from "@pool/core";
import { task } from "@pool/core/task";
import { errorNames } from "./error_names.ts";

/** An end that takes and gives anything. */
export type Any = Connection<unknown, unknown>;

/** Sends back what comes, to the end; returns how many came. */
export const echo = task(import.meta, async function echo(end: Any): Promise<number> {
  let count = 0;
  for await (const value of end) {
    await end.send(value);
    count++;
  }
  await end.close();
  return count;
});

export const echoBytes = task(
  import.meta,
  async function echoBytes(end: Any, times: number): Promise<void> {
    for (let i = 0; i < times; i++) await end.sendBytes(await end.recvBytes());
  },
);

/** By its name: with the class, each worker would load the whole library. */
const isEnd = (error: unknown): boolean => (error as Error).name === "EOFError";

/** As {@link echo}, and blocks its thread. */
export const echoSync = task(import.meta, function echoSync(end: Any): number {
  for (let count = 0;; count++) {
    try {
      end.sendSync(end.recvSync());
    } catch (error) {
      if (isEnd(error)) return count;
      throw error;
    }
  }
});

/** Everything that comes, to the end. */
export const collect = task(import.meta, async function collect(end: Any): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const value of end) all.push(value);
  return all;
});

/** The same when several do so, each under the lock. */
export const collectInTurn = task(
  import.meta,
  async function collectInTurn(end: Any, lock: Lock): Promise<unknown[]> {
    const all: unknown[] = [];
    for (;;) {
      using _held = await lock.acquire();
      try {
        all.push(await end.recv());
      } catch (error) {
        if (isEnd(error)) return all;
        throw error;
      }
    }
  },
);

/** Messages of so many equal numbers. */
export const sendBlocks = task(
  import.meta,
  async function sendBlocks(end: Any, mark: number, count: number, length: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      await end.send({ mark, block: new Uint8Array(length).fill(mark) });
    }
    await end.close();
  },
);

export const sendAll = task(
  import.meta,
  async function sendAll(end: Any, values: unknown[]): Promise<void> {
    for (const value of values) await end.send(value);
  },
);

export const sendAllAndExit = task(
  import.meta,
  async function sendAllAndExit(end: Any, values: unknown[]): Promise<never> {
    for (const value of values) await end.send(value);
    process.exit(3);
  },
);

/** Says so by a message, and keeps the end. */
export const keep = task(import.meta, async function keep(end: Any): Promise<never> {
  await end.send(process.pid);
  setInterval(() => {}, 1000);
  return await new Promise(() => {});
});

/** Says so by a message, and waits for what never comes. */
export const waitFor = task(import.meta, async function waitFor(end: Any): Promise<unknown> {
  await end.send(process.pid);
  return await end.recv();
});

/** Sends a message that is larger than a pipe, without anybody who receives it. */
export const sendLarge = task(
  import.meta,
  async function sendLarge(ready: Any, end: Any, bytes: number): Promise<void> {
    await ready.send(process.pid);
    await end.sendBytes(new Uint8Array(bytes));
    await end.close();
  },
);

/** Receives the beginning of a large message, and is gone. */
export const receivePart = task(
  import.meta,
  async function receivePart(ready: Any, end: Any): Promise<void> {
    await ready.send(process.pid);
    await end.recv();
  },
);

/** The name of the error of a call. */
export const failureOf = task(
  import.meta,
  async function failureOf(end: Any, call: "send" | "recv"): Promise<string> {
    try {
      await (call === "send" ? end.send(1) : end.recv());
      return "none";
    } catch (error) {
      return (error as Error).name;
    }
  },
);

export const blockElsewhere = task(import.meta, function blockElsewhere(end: Any): string[] {
  return errorNames([
    () => end.sendSync(1),
    () => end.recvSync(),
    () => end.pollSync(),
    () => end.sendBytesSync(new Uint8Array(1)),
    () => end.recvBytesSync(),
  ]);
});

export const giveBack = task(import.meta, (end: Any): Any => end);

/** Receives an end by another one, and echoes there. */
export const echoAtReceived = task(
  import.meta,
  async function echoAtReceived(end: Any): Promise<number> {
    return await echo(await end.recv() as Any);
  },
);

/** Whether the end that came can be used; waits until it is known. */
export const canUse = task(import.meta, async function canUse(end: Any): Promise<boolean> {
  try {
    await end.poll();
    return true;
  } catch {
    return false;
  }
});

export const pause = task(import.meta, (milliseconds: number): Promise<void> => {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
});

/** Sends one end through another. */
export const sendAway = task(import.meta, async function sendAway(end: Any, way: Any) {
  await way.send(end);
});

/** Takes an end from a queue, and echoes there. */
export const echoAtQueued = task(
  import.meta,
  async function echoAtQueued(queue: SimpleQueue<Any>): Promise<number> {
    return await echo(await queue.get());
  },
);
