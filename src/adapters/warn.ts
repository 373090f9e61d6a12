/** What has nobody to reject to. */
import process from "node:process";

/** Tells the user of a failure: on stderr, or to listeners of the process's `warning` event. */
export function warn(message: string, error: unknown): void {
  process.emitWarning(message, {
    type: "PoolWarning",
    detail: error instanceof Error ? error.stack ?? String(error) : String(error),
  });
}
