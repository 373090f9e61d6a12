import type { Job } from "./job.ts";

interface Watched {
  readonly jobs: Set<Job>;
  readonly listener: () => void;
}

/** One listener a signal, however many jobs wait on it; gone with the last of them. */
export class SignalWatch {
  readonly #watched = new Map<AbortSignal, Watched>();
  readonly #onAbort: (job: Job, reason: unknown) => void;

  constructor(onAbort: (job: Job, reason: unknown) => void) {
    this.#onAbort = onAbort;
  }

  add(signal: AbortSignal, job: Job): void {
    let watched = this.#watched.get(signal);
    if (!watched) {
      const jobs = new Set<Job>();
      const listener = (): void => {
        for (const aborted of [...jobs]) this.#onAbort(aborted, signal.reason);
      };
      watched = { jobs, listener };
      this.#watched.set(signal, watched);
      signal.addEventListener("abort", listener);
    }
    watched.jobs.add(job);
  }

  remove(signal: AbortSignal, job: Job): void {
    const watched = this.#watched.get(signal);
    if (!watched?.jobs.delete(job) || watched.jobs.size > 0) return;
    this.#watched.delete(signal);
    signal.removeEventListener("abort", watched.listener);
  }
}
