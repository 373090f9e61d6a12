/** Child processes of Deno. */
import type { WorkerAdapter, WorkerSpec } from "../../core/backend.ts";
import { checkLimits, processAdapter } from "../process/process_adapter.ts";
import { checkPermissions, permissionFlags } from "./permission_flags.ts";

/** Workers as child processes of this process, with permissions of their own. */
export function denoProcesses(): WorkerAdapter {
  return processAdapter({
    check(settings) {
      checkPermissions(settings.permissions);
      checkLimits(settings, ["maxOldGenerationSizeMb", "maxYoungGenerationSizeMb"]);
    },
    flags: (spec, folder) => [
      "run",
      "--quiet",
      // Nobody could answer; the lock file is the host's to check and to write.
      "--no-prompt",
      ...(spec.execArgv?.some((flag) => /^--(no-)?lock|^--frozen/.test(flag)) ? [] : ["--no-lock"]),
      ...permissionFlags(spec.permissions, folder),
      ...limitFlags(spec),
      ...(spec.execArgv ?? []),
    ],
    program: (url) => url.href,
  });
}

function limitFlags({ resourceLimits = {} }: WorkerSpec): string[] {
  const { maxOldGenerationSizeMb: old, maxYoungGenerationSizeMb: young } = resourceLimits;
  const flags = [
    ...(old !== undefined ? [`--max-old-space-size=${old}`] : []),
    // The young generation is three semi-spaces.
    ...(young !== undefined ? [`--max-semi-space-size=${Math.max(1, Math.floor(young / 3))}`] : []),
  ];
  return flags.length > 0 ? [`--v8-flags=${flags.join(",")}`] : [];
}
