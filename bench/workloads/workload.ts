import type { Subject } from "../subject.ts";

/** What a workload gets from the child process that runs it. */
export interface Context {
  /** Opens the library's pool; it is closed by the end of the process unless the workload does. */
  open(workers: number): Promise<Subject>;
  /** Sizes for a look in passing instead of a measurement. */
  readonly quick: boolean;
  /** Items for `imap`. */
  readonly items: number;
  /** Rounds of `spin` that keep one core busy for 20 ms on this runtime. */
  readonly rounds: number;
}

/** One measurement; resolves the value of every metric of the workload. */
export type Turn = () => Promise<Record<string, number>>;

/** Opens what is needed, warms it up, and resolves the function that measures. */
export type Workload = (context: Context) => Promise<Turn>;

/** Milliseconds that `run` takes. */
export async function time(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await run();
  return performance.now() - started;
}

/** Fails the measurement when a library returns something else than the right results. */
export function expect(right: boolean, what: string): void {
  if (!right) throw new Error(`Cannot trust this measurement: ${what}`);
}

/** `count` no-op calls at once, all awaited. */
export async function burst(subject: Subject, count: number): Promise<void> {
  const calls: Promise<unknown>[] = [];
  for (let i = 0; i < count; i++) calls.push(subject.call("noop", i));
  const results = await Promise.all(calls);
  expect(results.every((result, index) => result === index), "a no-op returned a wrong number");
}

/** `count` no-op calls, always so many of them under way. */
export async function pump(subject: Subject, count: number, inFlight: number): Promise<void> {
  let next = 0;
  const goOn = async () => {
    while (next < count) {
      const value = next++;
      const result = await subject.call("noop", value);
      if (result !== value) expect(false, "a no-op returned a wrong number");
    }
  };
  await Promise.all(Array.from({ length: inFlight }, goOn));
}
