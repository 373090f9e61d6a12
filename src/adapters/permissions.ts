import type { WorkerSettings } from "../core/backend.ts";

/** Threads and inline tasks have their process's permissions; to say nothing would be a hole. */
export function refusePermissions({ permissions }: WorkerSettings): void {
  if (permissions === undefined || permissions === "inherit") return;
  throw new TypeError(
    "Cannot use permissions: tasks of this backend have those of the whole program; " +
      "only Deno's child processes have their own",
  );
}
