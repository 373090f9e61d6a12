/** What scenarios print: one line of JSON. */
import { PoolError, WorkerDiedError } from "@pool/core";

/** What became of a promise. */
export interface Told {
  readonly state: "fulfilled" | "rejected" | "pending";
  readonly value?: unknown;
  readonly name?: string;
  readonly message?: string;
  readonly exitCode?: number | null;
  readonly outOfMemory?: boolean;
  readonly cause?: string;
}

/** Everything settles within this time (ms), or is told as pending. */
export const PATIENCE = 2000;

/** Waits for a promise, but not for ever. */
export async function outcome(promise: PromiseLike<unknown>): Promise<Told> {
  const { promise: late, resolve } = Promise.withResolvers<Told>();
  const timer = setTimeout(() => resolve({ state: "pending" }), PATIENCE);
  const told = Promise.resolve(promise).then(
    (value): Told => ({ state: "fulfilled", value }),
    (error): Told => ({ state: "rejected", ...describe(error) }),
  );
  try {
    return await Promise.race([told, late]);
  } finally {
    clearTimeout(timer);
  }
}

function describe(error: unknown): Partial<Told> {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message } = error;
  const cause = error instanceof PoolError && error.cause !== undefined
    ? { cause: String(error.cause) }
    : {};
  if (!(error instanceof WorkerDiedError)) return { name, message, ...cause };
  return { name, message, exitCode: error.exitCode, outOfMemory: error.outOfMemory, ...cause };
}

/** Prints the scenario's result for the test. */
export function tell(result: unknown): void {
  console.log(JSON.stringify(result));
}
