import process from "node:process";

/** Number of this process. */
export function processId(): number {
  return process.pid;
}
