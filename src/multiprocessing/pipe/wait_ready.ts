import { checkWait, show } from "../../core/options.ts";
import type { WaitOptions } from "../../core/pool.ts";
import { timeLeft } from "../../protocol/timers.ts";
import { withResolvers } from "../../protocol/with_resolvers.ts";
import { Connection, handleOf } from "./connection.ts";
import type { Handle } from "./handle.ts";

/** Numbers the calls. */
let lastCall = 0;

/**
 * Waits until at least one of several connections has something to receive or is at its end. Resolves to all
 * of which that is true, in the given order; to none after `timeout` milliseconds, and where none was
 * given. Mirrors `multiprocessing.connection.wait`.
 *
 * Rejects with `InvalidStateError` where a connection is closed, or not for receiving.
 *
 * @example
 * ```ts
 * import { Pipe, waitReady } from "@pool/core";
 *
 * const [a, b] = Pipe(), [c, d] = Pipe();
 * await d.send("here");
 * const ready = await waitReady([a, c], { timeout: 1000 });
 * console.log(ready.length, ready[0] === c, await c.poll(), await b.poll()); // 1 true true false
 * ```
 */
export async function waitReady<C extends Connection<unknown, never>>(
  connections: Iterable<C>,
  options?: WaitOptions,
): Promise<C[]> {
  const list = [...connections];
  const timeout = checkWait(options, "wait for connections");
  for (const one of list) {
    if (!(one instanceof Connection)) {
      throw new TypeError(`Cannot wait for connections: ${show(one)} is none`);
    }
  }
  const handles = list.map(handleOf);
  for (const handle of handles) handle.checkReceive("wait for connections");
  const stillLeft = timeLeft(timeout);
  for (let left = timeout; handles.length > 0; left = stillLeft()) {
    if (left !== 0) await firstReady(handles, left);
    // Somebody else may have received what was there.
    const ready = await Promise.all(handles.map((handle) => handle.poll(0)));
    if (left === 0 || ready.includes(true)) return list.filter((_, i) => ready[i]);
  }
  return [];
}

/** Until one is ready, or all waits are over; rejects as the first that does. */
async function firstReady(handles: readonly Handle[], timeout: number | undefined): Promise<void> {
  const token = ++lastCall;
  const { promise, resolve, reject } = withResolvers<void>();
  let waiting = handles.length;
  const watch = async (handle: Handle): Promise<void> => {
    try {
      const isReady = await handle.poll(timeout, token);
      if (--waiting === 0 || isReady) resolve();
    } catch (error) {
      reject(error);
    }
  };
  for (const handle of handles) void watch(handle);
  try {
    await promise;
  } finally {
    for (const handle of handles) handle.endPoll(token);
  }
}
