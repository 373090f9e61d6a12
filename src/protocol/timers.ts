/** Longest delay that timers take (2^31 - 1 ms, 24 days): after longer ones they would fire at once. */
export const LONGEST_TIMER: number = 2147483647;

/** Resolves with the promise or after the time (ms), whichever comes first; without one with the promise. */
export function orTimeout(promise: Promise<void>, milliseconds?: number): Promise<void> {
  if (milliseconds === undefined) return promise;
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.min(milliseconds, LONGEST_TIMER));
    promise.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
