import process from "node:process";
import { task } from "@pool/core/task";

export const square = task(import.meta, (x) => x * x);
export const pid = task(import.meta, () => process.pid);
export const holds = task(import.meta, async (lock) => {
  const held = await lock.acquire({ timeout: 5_000 });
  await lock.release();
  return held !== null;
});
export function fail(reason) {
  throw new RangeError(reason);
}
