import { encode, type Encoded } from "../protocol/encode.ts";
import type { TaskContext } from "../protocol/realm.ts";

/** The context of one running job, made when something asks for it. */
export class RunningTask implements TaskContext {
  readonly jobId: number;
  readonly workerId: number;
  /** Bound, so that it can be taken out of the context. */
  readonly progress: (value: unknown) => void;
  #made: AbortController | undefined;

  constructor(jobId: number, workerId: number, report: (value: Encoded) => void) {
    this.jobId = jobId;
    this.workerId = workerId;
    this.progress = (value) => report(encode(value, "progress"));
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }

  get #controller(): AbortController {
    return this.#made ??= new AbortController();
  }
}
