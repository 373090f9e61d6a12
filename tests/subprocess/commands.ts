/** Commands for tests, and what is to hold after each of them. */
import { spawnSync } from "node:child_process";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { assert } from "@std/assert";

/** Most tests speak to a POSIX shell. */
export const WINDOWS = process.platform === "win32";

/** The command that runs a script of the shell; words for it are `$1`, `$2`, … */
export function sh(script: string, ...words: string[]): string[] {
  return ["/bin/sh", "-c", script, "sh", ...words];
}

/** The command that makes the runtime under test run a file. */
export function program(path: string, ...args: string[]): string[] {
  const options = "deno" in process.versions ? ["run", "-A", "--no-check", "--quiet"] : [];
  return [process.execPath, ...options, path, ...args];
}

/** True while there is such a process; an orphan that nobody has waited for yet has ended. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const { status, stdout } = spawnSync("ps", ["-o", "stat=", "-p", String(pid)]);
  return status === 0 && !String(stdout).startsWith("Z");
}

/** Fails when the process has not gone within two seconds. */
export async function assertGone(pid: number): Promise<void> {
  const deadline = performance.now() + 2000;
  while (isAlive(pid) && performance.now() < deadline) await sleep(5);
  assert(!isAlive(pid), `process ${pid} is still there`);
}
