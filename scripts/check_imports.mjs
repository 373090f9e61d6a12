// Fails on an import or a global that DESIGN's table of folders does not allow:
// `node scripts/check_imports.mjs [--self-test]`.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, posix, relative, sep } from "node:path";
import process from "node:process";
import { ROOT } from "./runtimes.mjs";
import { readImports, tokenize } from "./tokenize.mjs";

const folder = (name) => (path) => path.startsWith(`src/${name}/`);
const file = (name) => (path) => path === `src/${name}`;

/** What one adapter folder (adapters/deno, adapters/bun, …) is called, for any file in it. */
const adapterOf = (path) => path.match(/^src\/adapters\/(deno|bun|node)\//)?.[1];
const isShared = (path) => folder("adapters")(path) && !adapterOf(path);
const isEntry = (path) => /(_entry\.(ts|js)|\/worker\.js)$/.test(path);
const isReviver = (path) => /^src\/multiprocessing\/(.*\/)?[^/]*reviver[^/]*\.ts$/.test(path);

/**
 * Who may import whom, besides files of the same folder. `from` and `to` test paths; `only: "type"`
 * allows `import type` alone. The first rule whose `from` fits a file is the file's rule.
 */
const RULES = [
  { from: folder("protocol"), to: [] },
  { from: folder("core"), to: [{ path: folder("protocol") }] },
  // What a module of tasks imports is loaded by each worker: nothing that starts or shares anything.
  { from: file("task.ts"), to: [{ path: file("core/task.ts") }, { path: folder("protocol") }] },
  { from: folder("worker"), to: [{ path: folder("protocol") }] },
  {
    // These choose or start an adapter; the inline one is its own worker.
    from: (path) => isShared(path) && (isEntry(path) || /\/(detect|inline)\.ts$/.test(path)),
    to: [
      { path: folder("adapters") },
      { path: folder("worker") },
      { path: folder("protocol") },
      { path: file("core/backend.ts"), only: "type" },
    ],
  },
  {
    from: folder("adapters"),
    to: [
      { path: isShared, unless: file("adapters/detect.ts") },
      { path: (path, from) => !isShared(from) && adapterOf(path) === adapterOf(from) },
      { path: folder("protocol") },
      { path: file("core/backend.ts"), only: "type" },
      { path: (path, from) => isEntry(from) && folder("worker")(path) },
      { path: (path, from) => file("adapters/load_revivers.ts")(from) && isReviver(path) },
    ],
  },
  ...["multiprocessing", "futures"].map((name) => ({
    from: folder(name),
    to: [
      { path: folder("core") },
      { path: folder("protocol") },
      { path: file("adapters/detect.ts") },
      { path: file("adapters/services.ts") },
      { path: isReviver },
    ],
  })),
  ...["distributed", "monitor", "subprocess"].map((name) => ({
    from: folder(name),
    to: [
      { path: folder("core") },
      { path: folder("futures") },
      { path: folder("protocol") },
      // Starts the children, on all runtimes alike.
      { path: (path) => name === "subprocess" && file("adapters/spawn.ts")(path) },
    ],
  })),
];

/** Packages from outside that a folder may import. */
const PACKAGES = [
  { from: folder("adapters"), name: /^node:/ },
  { from: folder("distributed"), name: /^(bullmq|ioredis)$/ },
];

/** Keeps the runtime's own timers and clocks. */
const TIMERS = "src/protocol/timers.ts";
const OWN_TURNS = [TIMERS, "src/protocol/throw_later.ts"];

const topFolder = (path) => path.split("/").slice(0, 2).join("/");

function judgeImport(from, { specifier, type }) {
  if (!/^\.{0,2}\//.test(specifier)) {
    if (/^(jsr:)?@std\//.test(specifier)) return "src and mod.ts import nothing of @std";
    const fits = PACKAGES.some((one) => one.from(from) && one.name.test(specifier));
    if (fits) return;
    return specifier.startsWith("node:")
      ? "node: modules are named in src/adapters alone"
      : "this folder imports no such package";
  }
  const to = posix.normalize(posix.join(posix.dirname(from), specifier));
  if (from === "mod.ts" ? to.startsWith("src/") : false) return;
  if (!to.startsWith("src/")) return "it leaves src";
  const rule = RULES.find((one) => one.from(from));
  if (!rule) return `no rule of scripts/check_imports.mjs covers ${from}`;
  const same = topFolder(from) === topFolder(to) && !folder("adapters")(from);
  if (same) return;
  const found = rule.to.find((one) => one.path(to, from) && !one.unless?.(to));
  if (!found) return `${dirname(from)} may not import ${to}`;
  if (found.only === "type" && !type) return `of ${to} it may import types alone ("import type")`;
}

/** Names of a runtime's own globals in a token stream, each with its line. */
function* runtimeGlobals(tokens) {
  for (const [index, { kind, value, line }] of tokens.entries()) {
    const before = tokens[index - 1]?.value;
    const owner = tokens[index - 2]?.value;
    const after = tokens[index + 1]?.value;
    const member = before === "." || before === "?.";
    const ofGlobal = member && (owner === "globalThis" || owner === "self");
    const isRuntime = value === "Deno" || value === "Bun" || value === "process";
    if (!isRuntime) continue;
    if (kind === "string") {
      if (after === "in") yield { value, line };
      continue;
    }
    if (kind !== "word" || (member && !ofGlobal)) continue;
    const used = value !== "process" || ofGlobal || after === "." || after === "?.";
    if (used) yield { value, line };
  }
}

/** Globals that tests of programs put fakes in place of. */
const FAKED = /^(performance|queueMicrotask|(set|clear)(Timeout|Interval|Immediate))$/;

/** Uses of them where nothing of that name was imported. */
function* fakedGlobals(tokens) {
  const imported = new Set();
  let importing = false;
  for (const [index, { kind, value, line }] of tokens.entries()) {
    if (value === "import" || value === "from") importing = value === "import";
    if (kind !== "word" || !FAKED.test(value)) continue;
    if (importing) imported.add(value);
    const [owner, before] = [tokens[index - 2]?.value, tokens[index - 1]?.value];
    const member = (before === "." || before === "?.") && owner !== "globalThis";
    const after = tokens[index + 1]?.value;
    const used = value === "performance" ? after === "." : after === "(" && before !== ";";
    if (used && !member && !imported.has(value)) yield { value, line };
  }
}

/** `await` outside of every function and block; the rest is seen by `require()` in check.mjs. */
function* topLevelAwaits(tokens) {
  let depth = 0;
  let arrow = false;
  for (const { kind, value, line } of tokens) {
    if (kind !== "word" && kind !== "punctuator") continue;
    if ("{([".includes(value) || value === "${") depth++;
    else if ("})]".includes(value)) depth--;
    else if (value === "=>") arrow = true;
    if (depth === 0 && (value === ";" || value === "export" || value === "const")) arrow = false;
    if (value === "await" && depth === 0 && !arrow) yield { line };
  }
}

function* notReExports(tokens) {
  let depth = 0;
  let start = 0;
  for (const [index, { value }] of tokens.entries()) {
    if (value === "{") depth++;
    if (value === "}") depth--;
    if (depth > 0 || value !== ";") continue;
    const statement = tokens.slice(start, index);
    start = index + 1;
    const isReExport = statement[0]?.value === "export" && statement.at(-2)?.value === "from";
    if (!isReExport) yield { line: statement[0]?.line ?? tokens[index].line };
  }
  if (start < tokens.length) yield { line: tokens[start].line };
}

/** All breaches in a tree, as lines of text. */
export function checkTree(root) {
  const problems = [];
  for (const path of sources(root)) {
    const tokens = tokenize(readFileSync(join(root, path), "utf8"));
    const add = (line, text) => problems.push(`${path}:${line}: ${text}`);
    for (const one of readImports(tokens)) {
      const reason = judgeImport(path, one);
      if (reason) add(one.line, `Cannot import "${one.specifier}": ${reason}`);
    }
    if (!path.startsWith("src/adapters/")) {
      for (const { value, line } of runtimeGlobals(tokens)) {
        add(line, `Cannot use "${value}": runtimes are named in src/adapters alone`);
      }
    }
    for (const { value, line } of OWN_TURNS.includes(path) ? [] : fakedGlobals(tokens)) {
      add(line, `Cannot use "${value}" of the program: import it from ${TIMERS}`);
    }
    for (const { line } of topLevelAwaits(tokens)) add(line, "Cannot await at the top level");
    if (path !== "mod.ts") continue;
    for (const { line } of notReExports(tokens)) add(line, "mod.ts holds re-exports alone");
  }
  return problems;
}

function sources(root) {
  const all = existsSync(join(root, "src"))
    ? readdirSync(join(root, "src"), { recursive: true })
    : [];
  const inside = all.map((name) => `src/${name.split(sep).join("/")}`)
    .filter((name) => /\.(ts|js|mjs)$/.test(name) && !name.endsWith(".d.ts"));
  return [...(existsSync(join(root, "mod.ts")) ? ["mod.ts"] : []), ...inside].sort();
}

/** A file that must be refused (with a part of the message) or accepted, for the self-test. */
const FIXTURES = [
  ["src/protocol/a.ts", 'import { x } from "../core/job.ts";', "may not import src/core/job.ts"],
  ["src/core/a.ts", 'import { x } from "../protocol/messages.ts";'],
  ["src/core/a.ts", 'import { x } from "../adapters/detect.ts";', "may not import"],
  ["src/core/a.ts", 'export * from "../futures/future.ts";', "may not import"],
  ["src/core/a.ts", 'const load = () => import("../worker/loop.ts");', "may not import"],
  ["src/core/a.ts", 'import "node:fs";', "src/adapters alone"],
  ["src/core/a.ts", 'import { delay } from "@std/async";', "nothing of @std"],
  ["src/core/a.ts", 'import { delay } from "jsr:@std/async@1";', "nothing of @std"],
  ["src/core/a.ts", 'import p from "piscina";', "no such package"],
  ["src/core/a.ts", 'import { x } from "../../tests/x.ts";', "leaves src"],
  ["src/core/a.ts", "const f = () => Deno.cwd();", 'Cannot use "Deno"'],
  ["src/core/a.ts", "const f = () => `${Bun.version}`;", 'Cannot use "Bun"'],
  ["src/core/a.ts", "const f = () => globalThis.process?.pid;", 'Cannot use "process"'],
  ["src/core/a.ts", 'const f = () => "Deno" in globalThis;', 'Cannot use "Deno"'],
  ["src/core/a.ts", "const f = () => performance.now();", 'Cannot use "performance"'],
  ["src/core/a.ts", "f = () => globalThis.setTimeout(g, 5);", 'Cannot use "setTimeout"'],
  ["src/core/a.ts", 'import { performance } from "../protocol/timers.ts"; performance.now();'],
  ["src/core/a.ts", "interface C { now(): N; setTimeout(g: G): T }; clock.setTimeout(g);"],
  ["src/protocol/timers.ts", "export const now = () => performance.now();"],
  ["src/core/a.ts", "await start();", "Cannot await"],
  ["src/core/a.ts", 'const s = "Deno.cwd()"; /* process.exit() */ // import "node:fs"\n'],
  ["src/core/a.ts", "const f = async () => await g(); const process = 1;"],
  ["src/core/a.ts", 'const r = /import "node:fs"/; const t = `import "node:fs"`;'],
  ["src/worker/a.ts", 'import { x } from "../multiprocessing/revivers.ts";', "may not import"],
  ["src/adapters/host.ts", 'import { x } from "../multiprocessing/revivers.ts";', "may not import"],
  ["src/adapters/load_revivers.ts", 'const load = () => import("../multiprocessing/revivers.ts");'],
  ["src/worker/a.ts", 'import { x } from "../multiprocessing/pool.ts";', "may not import"],
  ["src/worker/a.ts", 'import type { x } from "../core/job.ts";', "may not import"],
  ["src/adapters/node/thread.ts", 'import type { A } from "../../core/backend.ts";'],
  ["src/adapters/node/thread.ts", 'import { A } from "../../core/backend.ts";', "types alone"],
  ["src/adapters/node/thread.ts", 'import { Worker } from "node:worker_threads"; process.exit();'],
  ["src/adapters/node/thread.ts", 'import { x } from "../bun/thread.ts";', "may not import"],
  [
    "src/adapters/node/thread.ts",
    'import { x } from "./process.ts"; import "../../protocol/a.ts";',
  ],
  ["src/adapters/node/thread.ts", 'import { x } from "../../worker/loop.ts";', "may not import"],
  ["src/adapters/node/worker_entry.ts", 'import { x } from "../../worker/loop.ts";'],
  ["src/adapters/worker.js", 'import "./worker_entry.ts";'],
  ["src/adapters/detect.ts", 'import { x } from "./node/thread.ts"; import "../worker/loop.ts";'],
  ["src/futures/a.ts", 'import { x } from "../adapters/detect.ts"; import "../core/job.ts";'],
  ["src/futures/a.ts", 'import { x } from "../adapters/services.ts";'],
  ["src/futures/a.ts", 'import { x } from "../multiprocessing/pool.ts";', "may not import"],
  ["src/futures/a.ts", 'import { x } from "../multiprocessing/revivers.ts";'],
  ["src/multiprocessing/a.ts", 'import { x } from "../adapters/node/thread.ts";', "may not import"],
  ["src/distributed/a.ts", 'import { Queue } from "bullmq"; import "../futures/future.ts";'],
  ["src/subprocess/a.ts", 'import { x } from "../adapters/spawn.ts"; import "../core/options.ts";'],
  ["src/subprocess/a.ts", 'import "node:child_process";', "src/adapters alone"],
  ["src/monitor/a.ts", 'import { x } from "../adapters/spawn.ts";', "may not import"],
  ["src/elsewhere/a.ts", 'import { x } from "../core/job.ts";', "no rule"],
  ["mod.ts", 'export { x } from "./src/core/job.ts";\nexport type { y } from "./src/core/y.ts";\n'],
  ["mod.ts", "export const x = 1;", "re-exports alone"],
  ["mod.ts", 'import "@std/assert";', "nothing of @std"],
];

function selfTest() {
  const wrong = [];
  for (const [path, text, expected] of FIXTURES) {
    const root = mkdtempSync(join(tmpdir(), "pool-imports-"));
    try {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
      const problems = checkTree(root);
      const right = expected === undefined
        ? problems.length === 0
        : problems.some((one) => one.includes(expected));
      if (!right) {
        wrong.push(`${path}: ${text}\n  expected: ${expected ?? "nothing"}\n  found: ${problems}`);
      }
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  }
  return wrong;
}

function main() {
  if (process.argv.includes("--self-test")) {
    const wrong = selfTest();
    for (const one of wrong) console.error(one);
    if (wrong.length > 0) process.exit(1);
    console.log(`${FIXTURES.length} fixtures judged rightly`);
    return;
  }
  const problems = checkTree(ROOT);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exit(1);
  console.log(`${sources(ROOT).length} files import only what they may`);
}

if (relative(process.argv[1] ?? "", join(ROOT, "scripts", "check_imports.mjs")) === "") main();
