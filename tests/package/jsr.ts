/**
 * The package as Deno's users get it: what `deno publish` would send, served by a registry on loopback to
 * a program in another folder with an empty cache. `deno cache` must fetch all of it: the features then
 * run without the registry, each with the least permissions, and not with one less.
 */
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { must } from "../../scripts/build_tools.mjs";
import { ROOT, runChild } from "../../scripts/runtimes.mjs";
import { JsrRegistry } from "./jsr_registry.ts";
import { done, runtimes, WORK } from "./project.ts";
import { publishedFiles } from "./published_files.ts";

const folder = join(WORK, "jsr");
mkdirSync(folder);
for (const file of ["main.ts", "tasks.ts"]) {
  copyFileSync(join(ROOT, "tests", "package", "jsr_consumer", file), join(folder, file));
}
// What `deno add jsr:@pool/core` writes; children must find it, too.
const { version } = JSON.parse(readFileSync(join(ROOT, "deno.json"), "utf8"));
const imports = { "@pool/core": `jsr:@pool/core@^${version}` };
writeFileSync(join(folder, "deno.json"), JSON.stringify({ imports }));
const deno = realpathSync(runtimes.deno);

interface Feature {
  /** Its row in the tables of README.md and docs/getting-started.md. */
  readonly row: string;
  /** The least that it needs. */
  readonly flags: readonly string[];
}

/** What the program can do. */
const FEATURES: Readonly<Record<string, Feature>> = {
  "inline": { row: '`backend: "inline"`, `InlineExecutor`', flags: [] },
  "threads": { row: "threads with inline functions", flags: [] },
  "tasks on threads": { row: "threads with tasks", flags: [`--allow-read=${folder}`] },
  "processes": {
    row: "child processes",
    flags: [
      "--allow-read",
      "--allow-write",
      "--allow-env",
      "--allow-net",
      `--allow-run=${deno}`,
    ],
  },
  "commands": { row: "`@pool/core/subprocess`", flags: ["--allow-env", `--allow-run=${deno}`] },
};

/** The documentation names the permissions that are tested here, and no others. */
function checkTable(page: string): void {
  const lines = readFileSync(join(ROOT, page), "utf8").split("\n");
  for (const { row, flags } of Object.values(FEATURES)) {
    const line = lines.find((text) => text.split("|")[1]?.trim() === row);
    const told = line?.match(/--allow-\w+/g) ?? [];
    const needed = flags.map((flag) => flag.replace(/=.*/, ""));
    if (line !== undefined && told.sort().join() === needed.sort().join()) continue;
    const rest = line === undefined ? "has no such row" : `tells ${told.join(" ") || "none"}`;
    throw new Error(`${page}, "${row}": ${rest}, needed are ${needed.join(" ")}`);
  }
}

/** Nothing may be left in it, whatever was refused. */
const temporary = join(WORK, "jsr-tmp");
mkdirSync(temporary);
const env: Record<string, string> = { DENO_DIR: join(WORK, "jsr-cache"), TMPDIR: temporary };

function start(flags: readonly string[], ...args: string[]) {
  return runChild(runtimes.deno, ["run", "--no-prompt", ...flags, "main.ts", ...args], {
    cwd: folder,
    env,
    timeout: 60_000,
  });
}

async function fetchAll(): Promise<number> {
  const { name, exports } = JSON.parse(readFileSync(join(ROOT, "deno.json"), "utf8"));
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

for (const page of ["README.md", "docs/getting-started.md"]) checkTable(page);
const requests = await fetchAll();
for (const [feature, { flags }] of Object.entries(FEATURES)) {
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
const left = readdirSync(temporary).filter((name) => name.startsWith("pool-"));
if (left.length > 0) throw new Error(`folders of children were left: ${left.join(" ")}`);
done(`${requests} requests, then offline: ${Object.keys(FEATURES).join(", ")}`);
