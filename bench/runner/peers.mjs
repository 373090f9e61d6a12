// The packages that only the benchmarks need: bench/peers has them, the root's `npm ci` does not.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { BENCH } from "./commands.mjs";

/** Installs bench/peers on first use. Says so when that fails: baselines can still be measured. */
export function installPeers() {
  const cwd = join(BENCH, "peers");
  if (existsSync(join(cwd, "node_modules", ".package-lock.json"))) return true;
  console.log("Installing the libraries to compare with (npm ci in bench/peers) ...");
  const windows = process.platform === "win32";
  const result = spawnSync(windows ? "npm.cmd" : "npm", ["ci", "--no-audit", "--no-fund"], {
    cwd,
    encoding: "utf8",
    shell: windows,
    timeout: 300_000,
  });
  if (result.status === 0) return true;
  const reason = result.stderr?.trim().split("\n").at(-1) ?? result.error?.message;
  console.log(`They could not be installed, so npm's peers will be missing: ${reason}`);
  return false;
}
