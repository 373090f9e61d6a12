/** How a worker ended, in words and as an error. */
import type { WorkerEnd } from "./backend.ts";
import { WorkerDiedError } from "./errors.ts";
import type { Lane } from "./lane.ts";

/** How a worker ended, in words, with a space before them. */
export function describeEnd({ exitCode, signal, outOfMemory }: WorkerEnd): string {
  if (outOfMemory) return " because memory ran out";
  if (signal) return ` by ${signal}`;
  return exitCode === null ? "" : ` with exit code ${exitCode}`;
}

/** The error of a worker's end; `jobId` is the job that it was running. */
export function workerDied(
  message: string,
  { workerId }: Lane,
  end: WorkerEnd,
  jobId?: number,
): WorkerDiedError {
  const { exitCode, signal, stderr, outOfMemory = false, error } = end;
  return new WorkerDiedError(message, {
    exitCode,
    signal,
    workerId,
    jobId,
    stderr,
    outOfMemory,
    cause: error,
  });
}
