import { checkTransferList } from "../protocol/transfer.ts";
import type { Transferable } from "../protocol/transferable.ts";
import type { JobLimits } from "./job.ts";
import {
  checkArray,
  checkCount,
  checkDuration,
  checkNumber,
  checkOptions,
  checkSignal,
  checkString,
  checkTimeout,
  endless,
} from "./options.ts";

/**
 * Options of one call. Times in milliseconds.
 *
 * @example
 * ```ts
 * import { type CallOptions, Pool } from "@pool/core";
 *
 * const careful: CallOptions = { timeout: 5_000, retries: 2, signal: AbortSignal.timeout(20_000) };
 * await using pool = new Pool(1);
 * console.log(await pool.apply((x: number) => x * x, [7], careful)); // 49
 * ```
 */
export interface CallOptions {
  /**
   * Cancels the call: one that waits at once; a running one is told through `currentTask().signal`, and
   * its worker is killed after `grace`. The call rejects with the signal's reason.
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * Longest run, from its start in the worker (the import of its module does not count); then as an
   * abort, with `TimeoutError`. Default: the pool's `taskTimeout`; infinite: no limit in spite of it.
   */
  readonly timeout?: number | undefined;
  /** Longest wait for the start; then `TimeoutError`. */
  readonly queueTimeout?: number | undefined;
  /** Higher goes first, 0 by default. A job overtakes at most 1,024 older ones for each level. */
  readonly priority?: number | undefined;
  /**
   * Further tries after a throw or the death of the worker; default: the pool's. Aborts, timeouts and
   * values that cannot be sent are not tried again.
   */
  readonly retries?: number | undefined;
  /** Buffers and ports among the arguments to move instead of copy; detached at the call. */
  readonly transfer?: readonly Transferable[] | undefined;
  /** Calls with the same key run on the same worker, one after the other, in order. */
  readonly key?: string | undefined;
  /** Time from an abort or timeout to the kill; default: the pool's, 100 where it says nothing. */
  readonly grace?: number | undefined;
}

/** Names of the options of one call. */
export const CALL_OPTIONS: readonly (keyof CallOptions)[] = [
  "signal",
  "timeout",
  "queueTimeout",
  "priority",
  "retries",
  "transfer",
  "key",
  "grace",
];

/** Defaults of a pool for its calls. */
export interface CallDefaults {
  readonly timeout: number | undefined;
  readonly retries: number;
}

/** What the options of a call mean for its job. */
export interface CheckedCall {
  readonly limits: JobLimits | undefined;
  readonly priority: number;
  readonly key: string | undefined;
  readonly transfer: readonly unknown[] | undefined;
}

/** Checks the options of one call; throws `TypeError` or `RangeError`. */
export function checkCall(
  options: CallOptions | undefined,
  call: string,
  defaults: CallDefaults,
  more?: readonly string[],
): CheckedCall {
  if (options === undefined) return withoutOptions(defaults);
  const given = checkOptions(options, call, CALL_OPTIONS, more);
  const signal = checkSignal(given.signal);
  const timeout = endless(checkDuration(given.timeout, "timeout") ?? defaults.timeout);
  const queueTimeout = checkTimeout(given.queueTimeout, "queueTimeout");
  const retries = checkCount(given.retries, "retries", 0) ?? defaults.retries;
  const grace = checkDuration(given.grace, "grace");
  const limited = signal || timeout !== undefined || queueTimeout !== undefined || retries > 0 ||
    grace !== undefined;
  return {
    limits: limited ? { signal, timeout, queueTimeout, retries, grace } : undefined,
    priority: checkNumber(given.priority, "priority") ?? 0,
    key: checkString(given.key, "key"),
    transfer: given.transfer === undefined ? undefined : checkTransfer(given.transfer),
  };
}

/** A time limit or another try is for one item; in a chunk they could not be told apart. */
export function isSingle({ limits }: CheckedCall): boolean {
  return limits?.timeout !== undefined || (limits?.retries ?? 0) > 0;
}

/** What a call without options means. */
export const PLAIN_CALL: CheckedCall = {
  limits: undefined,
  priority: 0,
  key: undefined,
  transfer: undefined,
};

function checkTransfer(value: unknown): readonly unknown[] {
  const list = checkArray(value, "transfer");
  checkTransferList(list);
  return list;
}

function withoutOptions({ timeout, retries }: CallDefaults): CheckedCall {
  if (timeout === undefined && retries === 0) return PLAIN_CALL;
  return { ...PLAIN_CALL, limits: { timeout, retries } };
}
