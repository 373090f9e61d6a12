// Runs the programs that build and test the package: npm, and whatever must not fail.
import { delimiter } from "node:path";
import process from "node:process";
import { runChild } from "./runtimes.mjs";

/** Runs a program to its end as `runChild` does; throws an error with its output when it fails. */
export async function must(path, args, options) {
  const result = await runChild(path, args, options);
  if (result.code === 0 && result.leftovers.length === 0) return result;
  const command = `${path} ${args.join(" ")}`;
  const end = result.error?.message ??
    (result.timedOut ? "no end in time" : undefined) ??
    (result.code === 0
      ? `it left behind ${result.leftovers.join("; ")}`
      : `${result.signal ?? `exit code ${result.code}`}`);
  throw new Error(`Cannot run ${command}: ${end}\n${result.output.trimEnd()}`);
}

/** What `npm run` tells its scripts about the project that runs them, which another one must not see. */
const OURS = /^npm_(package|lifecycle|command|config_(local_prefix|prefix|global_prefix|noproxy))/i;

/** Runs npm in another project, in the folder `cwd`, with the folder `bin` first in the search path. */
export function npm(args, { cwd, bin = "" }) {
  const foreign = Object.keys(process.env).filter((name) => OURS.test(name));
  const env = Object.fromEntries(foreign.map((name) => [name, undefined]));
  if (bin !== "") env.PATH = `${bin}${delimiter}${process.env.PATH ?? ""}`;
  const settings = { cwd, env, timeout: 180_000 };
  const script = process.env.npm_execpath;
  if (script?.endsWith("npm-cli.js")) return must(process.execPath, [script, ...args], settings);
  return must("npm", args, settings);
}
