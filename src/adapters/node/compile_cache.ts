/** Node's compile cache, in which workers find the modules that earlier ones have compiled. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fs } from "../builtins.ts";

/**
 * Variables by which a worker keeps compiled modules, as `module.enableCompileCache()` does: from
 * TypeScript a thread starts in 60 instead of 120 ms, a child process in 60 instead of 200. The default
 * place is Node's own. `NODE_DISABLE_COMPILE_CACHE` turns it off, and so does the collection of coverage,
 * which cached code makes inexact.
 */
export function compileCache(
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const { NODE_COMPILE_CACHE, NODE_DISABLE_COMPILE_CACHE, NODE_V8_COVERAGE } = env;
  if (NODE_COMPILE_CACHE !== undefined || NODE_DISABLE_COMPILE_CACHE || NODE_V8_COVERAGE) return {};
  const folder = join(tmpdir(), "node-compile-cache");
  try {
    fs().mkdirSync(folder, { recursive: true, mode: 0o700 });
    // All users of the machine know the name: who has made it can have us run what he likes.
    if (fs().lstatSync(folder).uid === (process.geteuid?.() ?? 0)) {
      return { NODE_COMPILE_CACHE: folder };
    }
  } catch {
    // There is no place for it.
  }
  return {};
}
