import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { burst, type Context, type Turn } from "./workload.ts";

const MIB = 1 << 20;
const WORKERS = 4;

/** What a worker costs that does nothing: resident memory, and CPU time of the whole process. */
export function idle({ open, quick }: Context): Promise<Turn> {
  return Promise.resolve(async () => {
    const before = residentBytes();
    const subject = await open(WORKERS);
    await burst(subject, WORKERS * 8);
    await sleep(quick ? 500 : 1_000); // let what a start leaves behind come to rest
    const after = residentBytes();

    const started = performance.now();
    const cpu = process.cpuUsage();
    await sleep(quick ? 400 : 2_000);
    const { user, system } = process.cpuUsage(cpu);
    const seconds = (performance.now() - started) / 1000;
    return { rss: (after - before) / MIB / WORKERS, cpu: (user + system) / 1000 / seconds };
  });
}

/** CPU time of a pool of two that does nothing for ten seconds, in thousandths of a core. */
export function quiet({ open, quick }: Context): Promise<Turn> {
  return Promise.resolve(async () => {
    await burst(await open(2), 16);
    await sleep(1_000); // let what a start leaves behind come to rest
    const started = performance.now();
    const cpu = process.cpuUsage();
    await sleep(quick ? 1_000 : 10_000);
    const { user, system } = process.cpuUsage(cpu);
    return { cpu: (user + system) / (performance.now() - started) };
  });
}

/** What one of a million pending no-op calls costs in memory at the peak. */
export async function million({ open, quick }: Context): Promise<Turn> {
  const count = quick ? 50_000 : 1_000_000;
  const subject = await open(2);
  await burst(subject, 4);
  return async () => {
    const before = residentBytes();
    const peak = startPeak();
    await burst(subject, count);
    return { peak: (peak() - before) / count };
  };
}

/** How far memory grows while many no-op calls wait. */
export async function pending({ open, quick }: Context): Promise<Turn> {
  const subject = await open(2);
  await burst(subject, 4);
  return async () => {
    const before = residentBytes();
    const peak = startPeak();
    await burst(subject, quick ? 10_000 : 200_000);
    return { peak: (peak() - before) / MIB };
  };
}

/** Bytes of memory that the process occupies. */
export function residentBytes(): number {
  return process.memoryUsage().rss;
}

/** Watches resident memory; the function returned says how high it went. */
export function startPeak(): () => number {
  try {
    writeFileSync("/proc/self/clear_refs", "5"); // Linux forgets the earlier peak
    return () => {
      const status = readFileSync("/proc/self/status", "utf8");
      return Number(/VmHWM:\s*(\d+)/.exec(status)?.[1]) * 1024;
    };
  } catch {
    let peak = residentBytes();
    const timer = setInterval(() => peak = Math.max(peak, residentBytes()), 2);
    return () => {
      clearInterval(timer);
      return Math.max(peak, residentBytes());
    };
  }
}
