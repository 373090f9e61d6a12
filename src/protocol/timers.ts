/**
 * Timers and clocks of the runtime, as they were when this module was loaded. Tests of programs put fakes in
 * their place, by which no call would leave, and a look for 50 µs would never end.
 */

/** The runtime's own. */
export const queueMicrotask: typeof globalThis.queueMicrotask = globalThis.queueMicrotask;

/** The runtime's own. */
export const performance: Pick<Performance, "now"> = {
  now: globalThis.performance.now.bind(globalThis.performance),
};

/** Longest delay that timers take (2^31 - 1 ms, 24 days): after longer ones they would fire at once. */
export const LONGEST_TIMER: number = 2147483647;

const setTimeout = globalThis.setTimeout.bind(globalThis) as typeof globalThis.setTimeout;

/** The runtime's own; they keep the program running. */
export const realTimers:
  & Pick<
    typeof globalThis,
    "clearTimeout" | "setInterval" | "clearInterval"
  >
  & {
    /** After 24 days at the latest. */
    setTimeout(callback: () => void, milliseconds: number): ReturnType<typeof setTimeout>;
  } = {
    setTimeout: (callback, milliseconds) =>
      setTimeout(callback, Math.min(milliseconds, LONGEST_TIMER)),
    clearTimeout: globalThis.clearTimeout.bind(globalThis),
    setInterval: globalThis.setInterval.bind(globalThis) as typeof globalThis.setInterval,
    clearInterval: globalThis.clearInterval.bind(globalThis),
  };

/** What is left of a time (ms) that begins now, whenever it is asked; nothing of none. */
export function timeLeft(milliseconds: number | undefined): () => number | undefined {
  const began = performance.now();
  return () => milliseconds && Math.max(0, milliseconds - (performance.now() - began));
}

/** Resolves with the promise or after the time (ms), whichever comes first; without one with the promise. */
export function orTimeout(promise: Promise<void>, milliseconds?: number): Promise<void> {
  if (milliseconds === undefined) return promise;
  return new Promise((resolve) => {
    const timer = realTimers.setTimeout(resolve, milliseconds);
    promise.then(() => {
      realTimers.clearTimeout(timer);
      resolve();
    });
  });
}
