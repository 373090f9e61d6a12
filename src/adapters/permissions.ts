import type { WorkerSettings } from "../core/backend.ts";

/** Threads share the permissions of their process; to say nothing about that would be a hole. */
export function refusePermissions({ permissions }: WorkerSettings): void {
  if (permissions === undefined || permissions === "inherit") return;
  throw new TypeError(
    "Cannot use permissions: worker threads have those of the whole program; " +
      "only Deno's child processes can have their own",
  );
}
