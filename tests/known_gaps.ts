/**
 * What a runtime, not this library, gets wrong. Each gap has a test that fails today:
 *
 * ```ts ignore
 * knownGap("deno-terminate-busy", async () => {
 *   // what should hold, and does not on Deno
 * });
 * ```
 *
 * On the runtime named in the list the test must fail; when it passes, the gap is mended and its
 * entry and special handling go. On the other runtimes the test must pass as any other.
 */
import { it } from "node:test";
import process from "node:process";

export type RuntimeName = "deno" | "bun" | "node";

export interface KnownGap {
  /** What `knownGap` is called with. */
  readonly id: string;
  readonly runtime: RuntimeName;
  /** The test's name: symbol and sentence. */
  readonly title: string;
  /** The runtime's issue. */
  readonly link: string;
  /** What happens instead, and what we do about it. */
  readonly reason: string;
}

export const KNOWN_GAPS: readonly KnownGap[] = [
  {
    id: "stream-transfer",
    runtime: "bun",
    title: "transfer() does move a ReadableStream to the task",
    link: "https://github.com/oven-sh/bun/issues/32397",
    reason: "Bun moves no streams between threads; the one call rejects with MaybeEncodingError",
  },
  {
    id: "worker-out-of-memory",
    runtime: "bun",
    title: "a worker beyond its resourceLimits ends alone, and its call says why",
    link: "https://github.com/oven-sh/bun/issues/31411",
    reason: "Bun ignores resourceLimits (FACTS.md D); a process of its own can be limited",
  },
  {
    id: "worker-out-of-memory",
    runtime: "deno",
    title: "a worker beyond its resourceLimits ends alone, and its call says why",
    link: "https://github.com/denoland/deno/issues/26156",
    reason:
      "with limits Deno's worker hangs or spins on when it is full (FACTS.md D), so that we " +
      "do not pass them on; a process of its own can be limited",
  },
  {
    id: "bun-test-worker-errors",
    runtime: "bun",
    title: "a worker that ends by an uncaught error says exit code 1 and the error",
    link: "https://github.com/oven-sh/bun/pull/36445",
    reason:
      "under `bun test` a worker's own handlers of uncaught errors are not called and its exit code " +
      "is 0; in programs they are (see the crash scenarios)",
  },
];

/** Long enough for a busy machine, short enough for a gap that shows as a hang. */
const PATIENCE_MS = 10_000;

function currentRuntime(): RuntimeName {
  if ("deno" in process.versions) return "deno";
  return "bun" in process.versions ? "bun" : "node";
}

/** Registers the test of a gap: see the top of this file. */
export function knownGap(id: string, fn: (signal: AbortSignal) => Promise<void> | void): void {
  const gaps = KNOWN_GAPS.filter((gap) => gap.id === id);
  if (gaps.length === 0) throw new Error(`Cannot test gap "${id}": it is not in KNOWN_GAPS`);
  const gap = gaps.find((one) => one.runtime === currentRuntime());
  if (!gap) {
    it(gaps[0].title, () => bounded(fn));
    return;
  }
  it(`known gap ${id}: ${gap.title}`, () => mustFail(gap, fn));
}

/** Passes when `fn` fails or hangs, and fails when it succeeds. */
export async function mustFail(
  gap: KnownGap,
  fn: (signal: AbortSignal) => Promise<void> | void,
  patience: number = PATIENCE_MS,
): Promise<void> {
  try {
    await bounded(fn, patience);
  } catch {
    return;
  }
  throw new Error(`gap is mended, remove it: ${gap.id} (${gap.runtime}, ${gap.link})`);
}

async function bounded(
  fn: (signal: AbortSignal) => Promise<void> | void,
  patience: number = PATIENCE_MS,
): Promise<void> {
  const controller = new AbortController();
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = new Error(`no result within ${patience} ms`);
    controller.abort(error);
    reject(error);
  }, patience);
  try {
    await Promise.race([fn(controller.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
