import { warn } from "./warn.ts";

/** Whether it was said: one warning tells what to do, and the numbers are in `stats()`. */
let said = false;

/** Tells the user, once, of a thread that was ended and runs on. */
export function warnOfGivenUp(): void {
  if (said) return;
  said = true;
  warn(
    "Cannot stop a worker thread: it was given up, and runs on until the program ends",
    'Use backend: "process", or let tasks look at currentTask().signal',
  );
}
