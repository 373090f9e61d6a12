/** The installed package on Node 20, 22 and 24, Bun and Deno, by import and by require(). */
import { join } from "node:path";
import process from "node:process";
import { OLDEST_NODE } from "../../scripts/build_form.mjs";
import { must } from "../../scripts/build_tools.mjs";
import { CONSUMER, done, install, makeProject, runtimes, TARBALL } from "./project.ts";

/** Versions of Node beside the pinned one: the oldest of all, and the last of each old line. */
const OLD_NODES = [OLDEST_NODE, "20.20.2", "22.23.3"];

const folder = makeProject("install", CONSUMER);
await install(folder, [TARBALL]);

const tools = makeProject("nodes", []);
const windows = process.platform === "win32";
const builds = `node-${windows ? "win" : process.platform}-${process.arch}`;
const passed: string[] = [];

/** The executable of one version, by the packages that hold them; none exist for macOS. */
async function oldNode(version: string): Promise<string | undefined> {
  try {
    await install(tools, [`node-${version}@npm:${builds}@${version}`]);
  } catch (error) {
    if (!/E404|ETARGET/.test(String(error))) throw error;
    passed.push(`(no node ${version} for ${builds})`);
    return undefined;
  }
  const executable = windows ? "node.exe" : "node";
  return join(tools, "node_modules", `node-${version}`, "bin", executable);
}

/** `require()` of an ES module needs no flag since 20.19. */
function canRequire(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 20 || minor >= 19;
}

async function run(name: string, [path, ...flags]: string[], file: string): Promise<void> {
  if (path === undefined) return;
  await must(path, [...flags, file], { cwd: folder, timeout: 60_000 });
  passed.push(`${name} ${file.replace(/^by_|\..*$/g, "")}`);
}

for (const version of OLD_NODES) {
  const path = await oldNode(version);
  if (path === undefined) continue;
  await run(`node ${version}`, [path], "by_import.mjs");
  if (canRequire(version)) await run(`node ${version}`, [path], "by_require.cjs");
}
for (const file of ["by_import.mjs", "by_require.cjs"]) {
  await run("node", [runtimes.node], file);
  await run("bun", [runtimes.bun], file);
  await run("deno", [runtimes.deno, "run", "-A", "--no-prompt"], file);
}
done(passed.join(", "));
