// Runs examples/word_count on one runtime, or on each in turn:
// `npm run demo -- [--runtime=deno|bun|node|all] [--timeout=SECONDS] [path]`.
import { spawn } from "node:child_process";
import { join, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { findRuntime, parseRuntimes, ROOT, runArguments, runProgram } from "./runtimes.mjs";

const HELP = `Usage: npm run demo -- [options] [path]

  path                         the tree to count (default: this repository with its node_modules)
  --runtime=deno|bun|node|all  where to run (default: deno)
  --timeout=SECONDS            bound for each runtime (default 600)`;

const PROGRAM = join(ROOT, "examples", "word_count", "main.ts");
const WINDOWS = process.platform === "win32";

/** npm passes a Ctrl-C on that its child has had from the terminal: what comes within this is one (ms). */
const ONE_PRESS = 500;

/** From the first Ctrl-C to the kill, should the program not heed it (ms). */
const PATIENCE = 6000;

function readOptions() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      runtime: { type: "string", default: "deno" },
      timeout: { type: "string", default: "600" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    process.exit(0);
  }
  if (positionals.length > 1) throw new Error(`Cannot count ${positionals[1]}: give one path`);
  const timeout = Number(values.timeout) * 1000;
  if (!(timeout > 0)) {
    throw new Error(`Cannot use --timeout=${values.timeout}: give seconds above 0`);
  }
  // npm starts scripts in the package's folder and keeps the user's here.
  const here = process.env.npm_lifecycle_event === "demo" ? process.env.INIT_CWD : undefined;
  const path = positionals[0] === undefined ? ROOT : resolve(here ?? "", positionals[0]);
  return { runtimes: parseRuntimes(values.runtime).map(findRuntime), timeout, path };
}

/** Resolves to the exit code. */
function run(runtime, { path, timeout }) {
  // A group of its own: a Ctrl-C then comes from here alone, and once. Windows has no such groups.
  const child = spawn(runtime.path, [...runArguments(runtime.name), PROGRAM, path], {
    cwd: ROOT,
    env: { ...process.env, DENO_NO_UPDATE_CHECK: "1" },
    detached: !WINDOWS,
    stdio: ["ignore", "inherit", "inherit"],
  });
  const kill = () => signal(child, "SIGKILL");
  const late = setTimeout(() => {
    console.error(`Cannot finish on ${runtime.name}: no end within ${timeout / 1000} s`);
    kill();
  }, timeout);
  let pressed = -Infinity;
  let impatient;
  const interrupt = (name) => {
    if (WINDOWS) return; // the console has told the child, too
    if (performance.now() - pressed < ONE_PRESS) return;
    pressed = performance.now();
    impatient ??= setTimeout(kill, PATIENCE);
    signal(child, name);
  };
  for (const name of ["SIGINT", "SIGTERM"]) process.on(name, interrupt);
  return new Promise((settle, reject) => {
    child.on("error", reject);
    child.on("exit", (code, name) => settle(code ?? (name === "SIGINT" ? 130 : 143)));
  }).finally(() => {
    clearTimeout(late);
    clearTimeout(impatient);
    for (const name of ["SIGINT", "SIGTERM"]) process.off(name, interrupt);
  });
}

function signal(child, name) {
  try {
    if (WINDOWS) child.kill(name);
    else process.kill(-child.pid, name);
  } catch {
    // It has just ended.
  }
}

async function main() {
  const { runtimes, ...options } = readOptions();
  for (const [index, runtime] of runtimes.entries()) {
    console.log(
      `${index > 0 ? "\n" : ""}Words of ${options.path} on ${runtime.name} ${runtime.version}\n`,
    );
    const code = await run(runtime, options);
    if (code === 0) continue;
    process.exitCode = code;
    return;
  }
}

await runProgram(main);
