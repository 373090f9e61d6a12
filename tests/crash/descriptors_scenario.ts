/** Starts children where no descriptor is left: prints the error, and what is left in the temporary folder. */
import { spawnSync } from "node:child_process";
import { closeSync, openSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { createPool } from "./scenario_pool.ts";

if (import.meta.main) {
  if (process.argv[2] === "limited") runLimited();
  else runAgain();
}

/** The limit is that of a shell: a process cannot change its own. */
function runAgain(): void {
  const flags = "deno" in process.versions ? ["run", "-A", "--no-check", "--quiet"] : [];
  const program = [process.execPath, ...flags, fileURLToPath(import.meta.url), "limited"];
  const script = 'ulimit -n 128; exec "$@"';
  spawnSync("sh", ["-c", script, "sh", ...program], { stdio: ["ignore", "inherit", "inherit"] });
}

function runLimited(): void {
  const taken: number[] = [];
  try {
    for (;;) taken.push(openSync("/dev/null", "r"));
  } catch {
    // That was the last one.
  }
  try {
    createPool(1);
  } catch (error) {
    console.log(String(error));
  }
  taken.forEach((descriptor) => closeSync(descriptor));
  console.log(readdirSync(tmpdir()).filter((name) => name.startsWith("pool-")).length);
}
