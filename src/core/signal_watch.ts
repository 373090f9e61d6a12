import type { Job, JobDetails } from "./job.ts";
import { LinkedList } from "./linked_list.ts";

interface Watched {
  readonly jobs: LinkedList<JobDetails>;
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
      const jobs = new LinkedList<JobDetails>();
      const listener = (): void => {
        const aborted: Job[] = [];
        for (let one = jobs.head; one; one = one.next) aborted.push(one.job);
        for (const one of aborted) this.#onAbort(one, signal.reason);
      };
      watched = { jobs, listener };
      this.#watched.set(signal, watched);
      signal.addEventListener("abort", listener);
    }
    watched.jobs.push(job.details);
  }

  remove(signal: AbortSignal, job: Job): void {
    const watched = this.#watched.get(signal);
    if (!watched) return;
    watched.jobs.remove(job.details);
    if (watched.jobs.head) return;
    this.#watched.delete(signal);
    signal.removeEventListener("abort", watched.listener);
  }
}
