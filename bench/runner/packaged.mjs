// On Bun and Node `@pool/core` is measured as its users have it, and as its peers are: built for npm.
// On Deno users have the sources.
import { cpSync, existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { buildPack } from "../../scripts/build_pack.mjs";
import { ROOT } from "../../scripts/runtimes.mjs";
import { BENCH } from "./commands.mjs";

/** Builds the package, and tells those of the runtimes that take it where the benchmarks beside it are. */
export async function usePackage(runtimes) {
  const users = ["bun", "node"].filter((name) => runtimes.has(name));
  if (users.length === 0) return;
  const bench = await packagedBench(join(ROOT, "dist", "bench"));
  for (const name of users) runtimes.get(name).bench = bench;
}

/** A copy of this folder within the package: what asks for `@pool/core` there gets the built one. */
async function packagedBench(folder) {
  await buildPack(folder);
  const [copy, modules] = [join(folder, "bench"), join("peers", "node_modules")];
  const left = [modules, "results"].map((path) => join(BENCH, path));
  cpSync(BENCH, copy, { recursive: true, filter: (path) => !left.includes(path) });
  if (existsSync(left[0])) symlinkSync(left[0], join(copy, modules), "junction");
  return copy;
}
