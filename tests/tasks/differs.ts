/** Defines other tasks in a worker than on the host, as modules must not. */
import { task } from "@pool/core/task";
import { onHost } from "./on_host.ts";

/** What ran here, to see that no wrong function did. */
let ran = "nothing";

export const whatRan = task(import.meta, function whatRan(): string {
  return ran;
});

/** Another source on each side. */
export const otherSource = onHost
  ? task(import.meta, function otherSource(): string {
    return ran = "the host's";
  })
  : task(import.meta, function otherSource(): string {
    return ran = "the worker's";
  });

// Moves the places of the unnamed tasks that follow.
if (!onHost) task(import.meta, () => ran = "the intruder");

export const otherPlace = task(import.meta, () => ran = "one place off");

/** There is none in a worker. */
export const hostOnly = onHost
  ? task(import.meta, function hostOnly(): string {
    return "host";
  })
  : () => "worker";
