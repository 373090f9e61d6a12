// How a library's process is started on each runtime.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { denoStd, findRuntime, probeStd } from "../../scripts/runtimes.mjs";
import { LIBRARIES } from "./plan.mjs";

/** The folder of the benchmarks. */
export const BENCH = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Finds the executables, Python among them where it is there.
 * @returns {Promise<Map<string, { name: string, path: string, version: string, flags: string[] }>>}
 */
export async function findAll(names, { std } = {}) {
  const found = new Map();
  for (const name of names) {
    const runtime = name === "python" ? findPython() : findRuntime(name);
    if (runtime) found.set(name, { ...runtime, flags: await flagsOf(runtime, std) });
  }
  return found;
}

function findPython() {
  for (const path of ["python3", "python"]) {
    const result = spawnSync(path, ["--version"], { encoding: "utf8", timeout: 10_000 });
    const version = /^Python (3\.\S+)/.exec(result.stdout ?? "")?.[1];
    if (version) return { name: "python", path, version };
  }
}

async function flagsOf(runtime, std) {
  if (runtime.name === "node") return ["--disable-warning=ExperimentalWarning"];
  if (runtime.name === "bun") return ["--no-install"];
  if (runtime.name !== "deno") return [];
  const source = std ?? await probeStd(runtime, { timeout: 4_000 });
  // Peers come from bench/peers/node_modules, where the runner has put them.
  return ["run", "-A", "--quiet", "--no-lock", "--node-modules-dir=manual", ...denoStd(source)];
}

/** The command that runs one library under one workload; `runtime.bench` is where packaged.mjs put ours. */
export function commandFor(runtime, library, workload, settings) {
  const json = JSON.stringify(settings);
  if (runtime.name === "python") {
    return [runtime.path, join(BENCH, "python", "child.py"), library, workload, json];
  }
  const { kind, module } = LIBRARIES[library];
  const folder = kind === "ours" ? runtime.bench ?? BENCH : BENCH;
  return [runtime.path, ...runtime.flags, join(folder, "child.ts"), `./${module}`, workload, json];
}

/** The environment of every child: no colours, no update checks, and the mark against recursion. */
export function environment(runtime, { knitting } = {}) {
  return {
    ...process.env,
    PATH: `${dirname(runtime.path)}${process.platform === "win32" ? ";" : ":"}${process.env.PATH}`,
    NO_COLOR: "1",
    DENO_NO_UPDATE_CHECK: "1",
    PYTHONDONTWRITEBYTECODE: "1",
    POOL_BENCH: "1",
    ...(knitting && { POOL_BENCH_KNITTING: knitting }),
  };
}
