/** Child processes of Deno. */
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { WorkerAdapter, WorkerSpec } from "../../core/backend.ts";
import { realm } from "../../protocol/realm.ts";
import { isGranted, readText } from "../permissions.ts";
import { checkLimits, heapFlags, processAdapter } from "../process/process_adapter.ts";
import { checkPermissions, permissionFlags } from "./permission_flags.ts";

/** Where Deno finds modules, the library's own among them: a child needs them to start, whatever its `env`. */
const OF_CACHE = ["DENO_DIR", "XDG_CACHE_HOME", "DENO_CERT", "JSR_URL", "NPM_CONFIG_REGISTRY"];

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
      ...configFlags(spec.execArgv),
      ...permissionFlags(spec.permissions, folder),
      ...limitFlags(spec),
      ...(spec.execArgv ?? []),
    ],
    program: (url) => url.href,
    startEnv: (env) =>
      Object.fromEntries(
        OF_CACHE.filter((variable) => !(variable in env) && isGranted({ name: "env", variable }))
          .map((variable) => [variable, process.env[variable]]),
      ),
  });
}

/**
 * The configuration of this program, by which its modules name others: for a child Deno would look beside the
 * worker's module. What this program's own command line says cannot be known.
 */
function configFlags(execArgv: readonly string[] = []): string[] {
  if (execArgv.some((flag) => /^(-c|--(no-)?config)\b/.test(flag))) return [];
  const { mainModule } = (globalThis as unknown as { Deno: { mainModule?: string } }).Deno;
  // A thread is not told, and the program of a child is the worker's.
  const main = realm.identity === null ? mainModule : undefined;
  let folder = new URL(".", main ?? pathToFileURL(`${process.cwd()}/`));
  if (folder.protocol !== "file:") return [];
  for (let last = ""; folder.href !== last; folder = new URL("..", last = folder.href)) {
    for (const name of ["deno.json", "deno.jsonc"]) {
      const path = fileURLToPath(new URL(name, folder));
      if (readText(path) !== undefined) return ["--config", path];
    }
  }
  return [];
}

function limitFlags(spec: WorkerSpec): string[] {
  const flags = heapFlags(spec);
  return flags.length > 0 ? [`--v8-flags=${flags.join(",")}`] : [];
}
