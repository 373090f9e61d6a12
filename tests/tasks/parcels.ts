/** Tasks with large arguments and results. */
import process from "node:process";
import { task } from "@pool/core/task";

export const turnRound = task(import.meta, function turnRound(bytes: Uint8Array, text: string) {
  let sum = 0;
  for (const byte of bytes) sum += byte;
  return { bytes: bytes.map((byte) => 255 - byte), text, sum };
});

/** The process ends before its event loop has a turn. */
export const giveAndExit = task(import.meta, function giveAndExit(size: number): Uint8Array {
  queueMicrotask(() => queueMicrotask(() => queueMicrotask(() => process.exit(0))));
  return new Uint8Array(size);
});

export const die = task(import.meta, function die(_bytes: Uint8Array): void {
  process.kill(process.pid, "SIGKILL");
});
