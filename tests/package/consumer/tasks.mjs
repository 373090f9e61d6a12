import process from "node:process";
import { task } from "@pool/core";

export const square = task(import.meta, (x) => x * x);
export const pid = task(import.meta, () => process.pid);
export function fail(reason) {
  throw new RangeError(reason);
}
