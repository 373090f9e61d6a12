/**
 * The package as Deno's users get it: what `deno publish` would send, served by a registry on loopback to
 * a program in another folder with an empty cache. `deno cache` must fetch all of it: the features then
 * run without the registry, each with the least permissions, and not with one less.
 */
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { must } from "../../scripts/build_tools.mjs";
import { ROOT, runChild } from "../../scripts/runtimes.mjs";
import { JsrRegistry } from "./jsr_registry.ts";
import { done, runtimes, WORK } from "./project.ts";
import { publishedFiles } from "./published_files.ts";

const folder = join(WORK, "jsr");
mkdirSync(folder);
for (const file of ["main.ts", "tasks.ts"]) {
  const text = readFileSync(join(ROOT, "tests", "package", "jsr_consumer", file), "utf8");
  writeFileSync(join(folder, file), text.replaceAll('from "@pool/core', 'from "jsr:@pool/core'));
}
const deno = realpathSync(runtimes.deno);

/** What each feature of the program needs, as the README says it. */
const PERMISSIONS: Readonly<Record<string, readonly string[]>> = {
  "inline": [],
  "threads": [],
  "tasks on threads": [`--allow-read=${folder}`],
  "processes": [
    "--allow-read",
    "--allow-write",
    "--allow-env",
    "--allow-net",
    `--allow-run=${deno}`,
  ],
  "commands": ["--allow-env", `--allow-run=${deno}`],
};

const env: Record<string, string> = { DENO_DIR: join(WORK, "jsr-cache") };

function start(flags: readonly string[], ...args: string[]) {
  return runChild(runtimes.deno, ["run", "--no-prompt", ...flags, "main.ts", ...args], {
    cwd: folder,
    env,
    timeout: 60_000,
  });
}

async function fetchAll(): Promise<number> {
  const { name, version, exports } = JSON.parse(readFileSync(join(ROOT, "deno.json"), "utf8"));
  const files = await publishedFiles();
  const registry = new JsrRegistry({ name, version, exports, files, root: ROOT });
  try {
    env.JSR_URL = await registry.start();
    await must(runtimes.deno, ["cache", "main.ts"], { cwd: folder, env });
    // Types come from a reduced form of the sources.
    await must(runtimes.deno, ["check", "main.ts"], { cwd: folder, env });
    return registry.requests.length;
  } finally {
    await registry[Symbol.asyncDispose]();
  }
}

const requests = await fetchAll();
for (const [feature, flags] of Object.entries(PERMISSIONS)) {
  const enough = await start(["--cached-only", ...flags], feature, deno);
  if (enough.code !== 0) throw new Error(`${feature} with ${flags.join(" ")}: ${enough.output}`);
  for (const flag of flags) {
    const less = flags.filter((other) => other !== flag);
    const refused = await start(["--cached-only", ...less], feature, deno);
    const told = refused.output.match(/Requires (\w+) access/)?.[1];
    if (refused.code === 0 || told === undefined || !flag.startsWith(`--allow-${told}`)) {
      throw new Error(`${feature} without ${flag} was not refused for it: ${refused.output}`);
    }
  }
}
done(`${requests} requests, then offline: ${Object.keys(PERMISSIONS).join(", ")}`);
