/** Folders outside of the repository in which the package is used as its users do. */
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import process from "node:process";
import { npm } from "../../scripts/build_tools.mjs";
import { findRuntime, ROOT } from "../../scripts/runtimes.mjs";

/** The folder of this run, which the runner makes and removes. */
export const WORK: string = process.argv[2] ?? "";
if (WORK === "") throw new Error("Cannot start: run it by `npm run test:package -- --only=NAME`");

/** The packed package, which the step `pack` has made. */
export const TARBALL: string = join(WORK, "package.tgz");

/** Programs that use an installed package, by import and by require(). */
export const CONSUMER: readonly string[] = [
  "tasks.mjs",
  "checks.mjs",
  "by_import.mjs",
  "by_require.cjs",
].map((name) => `tests/package/consumer/${name}`);

/** The three executables. */
export const runtimes: Record<"deno" | "bun" | "node", string> = {
  deno: findRuntime("deno").path,
  bun: findRuntime("bun").path,
  node: findRuntime("node").path,
};

/** Makes an empty project with copies of files of tests/package (or paths from the top). */
export function makeProject(name: string, files: readonly string[]): string {
  const folder = join(WORK, name);
  mkdirSync(folder, { recursive: true });
  const manifest = { name, private: true, type: "module" };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest, null, 2) + "\n");
  for (const file of files) copyFileSync(join(ROOT, file), join(folder, basename(file)));
  return folder;
}

/** Installs packages (specifiers or paths of tarballs) into a project. */
export async function install(folder: string, packages: readonly string[]): Promise<void> {
  const options = ["--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];
  await npm(["install", ...options, ...packages], { cwd: folder });
}

/** Ends the step with its one line. */
export function done(summary: string): void {
  console.log(summary);
}
