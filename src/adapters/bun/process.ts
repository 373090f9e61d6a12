/** Child processes of Bun. */
import type { WorkerAdapter } from "../../core/backend.ts";
import { refusePermissions } from "../permissions.ts";
import { checkLimits, processAdapter, programFile } from "../process/process_adapter.ts";

/** Workers as child processes of this process. */
export function bunProcesses(): WorkerAdapter {
  return processAdapter({
    check(settings) {
      refusePermissions(settings);
      // JavaScriptCore has no flag that ends a process beyond a limit.
      checkLimits(settings, []);
    },
    flags: (spec) => spec.execArgv ?? [],
    program: programFile,
  });
}
