import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { type Histogram, newHistogram } from "../peers/histogram.ts";
import type { Subject } from "../subject.ts";
import { burst, type Context, pump, time, type Turn } from "./workload.ts";

const NS = 1e6; // in a millisecond

/**
 * Latency at half of the speed that the library reaches with a thousand calls under way. Calls come
 * when they come (a Poisson process), whether or not earlier ones are back, and their time counts
 * from the moment at which they should have been submitted.
 */
export async function load({ open, quick }: Context): Promise<Turn> {
  const subject = await open(2);
  const latency = await newHistogram();
  await burst(subject, quick ? 1_000 : 20_000);
  return async () => {
    const full = await fullRate(subject, quick ? 100 : 1_000);
    latency.reset();
    await offer(subject, full / 2, quick ? 300 : 3_000, latency);
    return {
      p50: latency.getValueAtPercentile(50) / 1000,
      p99: latency.getValueAtPercentile(99) / 1000,
      rate: full / 2 * 1000,
    };
  };
}

/** Calls a millisecond over about so many milliseconds, a thousand under way. */
async function fullRate(subject: Subject, milliseconds: number): Promise<number> {
  const sample = 2_000;
  const rate = sample / await time(() => pump(subject, sample, 1_000));
  const count = Math.ceil(Math.max(sample, rate * milliseconds));
  return count / await time(() => pump(subject, count, 1_000));
}

async function offer(
  subject: Subject,
  rate: number,
  milliseconds: number,
  latency: Histogram,
): Promise<void> {
  const started = performance.now();
  let due = started;
  let pending = 0;
  let failure: { readonly error: unknown } | undefined;
  const submit = (planned: number) => {
    pending++;
    subject.call("noop", 1).then(() => {
      pending--;
      latency.recordValue(Math.max(1, Math.round((performance.now() - planned) * NS)));
    }, (error) => failure = { error });
  };
  const gap = () => -Math.log(1 - Math.random()) / rate;
  while (due < started + milliseconds) {
    for (const now = performance.now(); due <= now; due += gap()) submit(due);
    // Timers are too coarse for what is due within a millisecond or two.
    if (due - performance.now() > 2) await sleep(1);
    else await nextTurn();
    if (failure) throw failure.error;
  }
  while (pending > 0 && !failure) await sleep(1);
  if (failure) throw failure.error;
}

/** How late a timer of one millisecond is on the host while a million calls run, 10,000 at a time. */
export async function delay({ open, quick }: Context): Promise<Turn> {
  const subject = await open(2);
  const late = await newHistogram();
  await burst(subject, quick ? 1_000 : 20_000);
  return async () => {
    late.reset();
    const stop = watchDelay(late);
    await pump(subject, quick ? 20_000 : 1_000_000, quick ? 2_000 : 10_000);
    stop();
    return { p99: late.getValueAtPercentile(99) / NS, max: late.maxValue / NS };
  };
}

function watchDelay(late: Histogram): () => void {
  let expected = performance.now() + 1;
  const note = () => {
    late.recordValue(Math.max(1, Math.round((performance.now() - expected) * NS)));
  };
  let timer: ReturnType<typeof setTimeout>;
  const arm = () => {
    expected = performance.now() + 1;
    timer = setTimeout(() => {
      note();
      arm();
    }, 1);
  };
  arm();
  return () => {
    note(); // a timer that never got its turn counts, too
    clearTimeout(timer);
  };
}
