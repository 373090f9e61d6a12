/** What the end of a job means to its caller. */
import { hide } from "../protocol/define.ts";
import { describePart } from "../protocol/describe.ts";
import { encode } from "../protocol/encode.ts";
import type { SentValue } from "../protocol/messages.ts";
import type { WorkerEnd, WorkerKind } from "./backend.ts";
import {
  BrokenExecutor,
  BrokenProcessPool,
  BrokenThreadPool,
  MaybeEncodingError,
  RemoteError,
  TaskLookupError,
  WorkerDiedError,
} from "./errors.ts";
import type { Job } from "./job.ts";
import type { Lane } from "./lane.ts";
import { appendStack } from "./origin.ts";
import { describeEnd, workerDied } from "./worker_end.ts";

/** What a task threw, as an error. */
export function asError(thrown: unknown): unknown {
  if (thrown instanceof Error) return thrown;
  const kind = thrown === null ? "null" : typeof thrown;
  let text: string;
  try {
    text = typeof thrown === "object" ? JSON.stringify(thrown) : String(thrown);
  } catch {
    text = kind;
  }
  const error = new RemoteError(`A task threw ${text}`, { remoteName: kind, value: thrown });
  // Frames of the host's say nothing of where it was thrown.
  hide(error, "stack", String(error));
  return error;
}

/** True where another try would end in the same way. */
export function isFinal(error: unknown): boolean {
  return error instanceof MaybeEncodingError || error instanceof TaskLookupError;
}

/** Adds the caller's frames to the stack of an error. */
export function withOrigin(job: Job, error: unknown): unknown {
  const { origin } = job;
  if (origin) appendStack(error, origin);
  return error;
}

/** The error of the job that a worker was running when it ended. */
export function deathOf(
  job: Job,
  lane: Lane,
  end: WorkerEnd,
  when: string = "while it ran",
): WorkerDiedError {
  const how = `${describeEnd(end)} ${when} ${job.fn.name}`;
  const message = `Cannot finish job ${job.id}: ${lane.name} ended${how}`;
  return workerDied(message, lane, end, job.id);
}

/** The error of all calls once no worker can be brought up, or one died that took the others with it. */
export function brokenPool(kind: WorkerKind, cause: unknown): BrokenExecutor {
  const type =
    { thread: BrokenThreadPool, process: BrokenProcessPool, inline: BrokenExecutor }[kind];
  const reason = cause instanceof Error ? cause.message : describePart(cause);
  const message = cause instanceof WorkerDiedError
    ? `Cannot run calls: a worker died: ${reason}`
    : `Cannot start workers: ${reason}`;
  return new type(message, { cause });
}

/** The reason of an abort, as a running task gets it. */
export function encodeReason(reason: unknown): SentValue {
  try {
    const { value, marked } = encode(reason, "reason");
    return { value, marked };
  } catch {
    return { value: describePart(reason), marked: false };
  }
}
