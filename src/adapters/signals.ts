/** Signals by name and number, and how one is sent. */
import type { ChildProcess } from "node:child_process";
import { constants } from "node:os";
import process from "node:process";

const SIGNALS: Readonly<Record<string, number>> = constants.signals;

/** The number of a signal. */
export function signalNumber(signal: string | null): number {
  // A signal without a name is unknown to the runtime, too: say at least that there was one.
  return SIGNALS[signal ?? ""] ?? 127;
}

/** The name of a signal, given by name or number; `undefined` where there is no such signal. */
export function signalName(signal: string | number): string | undefined {
  if (typeof signal === "string") return Object.hasOwn(SIGNALS, signal) ? signal : undefined;
  return Object.keys(SIGNALS).find((name) => SIGNALS[name] === signal);
}

/** Sends a signal; harmless when the child has ended. */
export function sendSignal(
  child: ChildProcess,
  signal: Parameters<ChildProcess["kill"]>[0],
): void {
  try {
    // Deno's own kill() sends one signal and no second one, closes stdin, and takes the signal for
    // what ended the child: https://github.com/denoland/deno/issues/36643
    if ("Deno" in globalThis && child.pid !== undefined) process.kill(child.pid, signal);
    else child.kill(signal);
  } catch (error) {
    // With --allow-run=<some> Deno allows its own kill() alone. Else: the child has just ended.
    if ((error as Error).name === "NotCapable") child.kill(signal);
  }
}
