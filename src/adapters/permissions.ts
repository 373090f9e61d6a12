import type { WorkerSettings } from "../core/backend.ts";
import { fs } from "./builtins.ts";

interface PermissionDescriptor {
  readonly name: string;
  readonly path?: string;
  readonly variable?: string;
}

interface DenoPermissions {
  querySync(descriptor: PermissionDescriptor): { state: string };
}

/** Whether this program may do it without asking anybody; always true where Deno does not watch. */
export function isGranted(descriptor: PermissionDescriptor): boolean {
  const { Deno } = globalThis as { Deno?: { permissions: DenoPermissions } };
  return !Deno || Deno.permissions.querySync(descriptor).state === "granted";
}

/** A file's text; `undefined` where there is none, or it may not be read without asking. */
export function readText(path: string): string | undefined {
  try {
    return isGranted({ name: "read", path }) ? fs().readFileSync(path, "utf8") : undefined;
  } catch {
    return undefined;
  }
}

/** Threads and inline tasks have their process's permissions; to say nothing would be a hole. */
export function refusePermissions({ permissions }: WorkerSettings): void {
  if (permissions === undefined || permissions === "inherit") return;
  throw new TypeError(
    "Cannot use permissions: tasks of this backend have those of the whole program; " +
      "only Deno's child processes have their own",
  );
}
