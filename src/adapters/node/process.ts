/** Child processes of Node. */
import process from "node:process";
import type { WorkerAdapter } from "../../core/backend.ts";
import { refusePermissions } from "../permissions.ts";
import { checkLimits, heapFlags, processAdapter, programFile } from "../process/process_adapter.ts";
import { compileCache } from "./compile_cache.ts";

/** Flags that belong to what this process does, not to how it runs code. */
const OWN =
  /^--?(test|watch|eval|print|check|interactive|inspect|debug|input-type|run|[epci]$|pe$)/;

/** Workers as child processes of this process. */
export function nodeProcesses(): WorkerAdapter {
  return processAdapter({
    check(settings) {
      refusePermissions(settings);
      checkLimits(settings, ["maxOldGenerationSizeMb", "maxYoungGenerationSizeMb"]);
    },
    flags: (spec) => [...(spec.execArgv ?? inheritedFlags()), ...heapFlags(spec)],
    program: programFile,
    startEnv: compileCache,
  });
}

/** What a thread would inherit too: loaders, conditions, experiments. */
function inheritedFlags(): string[] {
  let own = false;
  return process.execArgv.filter((flag) => {
    // What is no flag is the value of the one before.
    if (flag.startsWith("-")) own = OWN.test(flag);
    return !own;
  });
}
