/** Tasks that ask for their context. */
import { currentTask, task, type TaskContext } from "@pool/core/task";

export const whoAmI = task(import.meta, function whoAmI() {
  const { jobId, workerId, signal } = currentTask();
  return { jobId, workerId, aborted: signal.aborted };
});

/** Its context before, between and after waits. */
export const whoAmIAcross = task(import.meta, async function whoAmIAcross(waits: number) {
  const seen = [currentTask().jobId];
  for (let i = 0; i < waits; i++) {
    await new Promise<void>((resolve) => setTimeout(resolve, i % 2));
    seen.push(currentTask().jobId);
    await Promise.resolve();
    seen.push(currentTask().jobId);
  }
  return seen;
});

/** Tells whether it is the same context, and the same signal, at every question. */
export const sameContext = task(import.meta, async function sameContext() {
  const before = currentTask();
  const { signal } = before;
  await Promise.resolve();
  return [before === currentTask(), signal === currentTask().signal];
});

export const report = task(import.meta, function report(values: unknown[]): string {
  const { progress } = currentTask();
  for (const value of values) progress(value);
  return "done";
});

/** Changes what it has reported. */
export const reportAndChange = task(import.meta, function reportAndChange(): void {
  const value = { n: 1 };
  currentTask().progress(value);
  value.n = 2;
  currentTask().progress(value);
});

let lastReason: unknown;

/** Ends when it is told to, and keeps the reason. */
export const untilAborted = task(import.meta, async function untilAborted(): Promise<string> {
  const { signal, progress } = currentTask();
  const aborted = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve());
  });
  progress("started");
  await aborted;
  lastReason = signal.reason;
  return "ended by itself";
});

/** The reason that {@link untilAborted} was told. */
export const reasonTold = task(import.meta, function reasonTold(): unknown {
  return lastReason;
});

let kept: TaskContext | undefined;

/** Keeps its context beyond its end. */
export const keepContext = task(import.meta, function keepContext(): number {
  kept = currentTask();
  return kept.jobId;
});

/** Reports through the context that {@link keepContext} kept. */
export const reportAsAnother = task(import.meta, function reportAsAnother(): number {
  kept!.progress("too late");
  return currentTask().jobId;
});
