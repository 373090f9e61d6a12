// Finds the three runtimes and runs child processes with a bound: what every script here shares.
// Plain JavaScript for Node 20, because the runner must start before any other runtime is known.
import { spawn, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** The repository's top folder. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** The runtimes in the order in which they are run. */
export const RUNTIMES = ["deno", "bun", "node"];

const WINDOWS = process.platform === "win32";
const EXE = WINDOWS ? ".exe" : "";
const BIN = join(ROOT, "node_modules", ".bin");
const OLDEST_NODE = 24; // the oldest that runs the TypeScript sources as they are

/** The executables themselves: the launchers in node_modules/.bin are .cmd files on Windows. */
function pinnedCandidates(runtime) {
  const modules = join(ROOT, "node_modules");
  if (runtime === "deno") return [join(modules, "deno", `deno${EXE}`), join(BIN, "deno")];
  if (runtime === "bun") return [join(modules, "bun", "bin", "bun.exe"), join(BIN, "bun")];
  const system = WINDOWS ? "win" : process.platform;
  return [join(modules, `node-${system}-${process.arch}`, "bin", `node${EXE}`), join(BIN, "node")];
}

/** The machine's own copies, without the ones that `npm run` puts before them. */
function machineCandidates(runtime) {
  const folders = (process.env.PATH ?? "").split(delimiter)
    .filter((folder) => folder && !folder.includes("node_modules"));
  const found = folders.map((folder) => join(folder, `${runtime}${EXE}`));
  return runtime === "node" ? [process.execPath, ...found] : found;
}

/** `{ name, path, version }`, or undefined for a file that does not run. */
function probe(name, path) {
  const result = spawnSync(path, ["--version"], { encoding: "utf8", timeout: 20_000 });
  const version = result.stdout?.match(/\d+\.\d+\.\d+\S*/)?.[0];
  return result.status === 0 && version ? { name, path, version } : undefined;
}

const usable = (found) => found.name !== "node" || parseInt(found.version) >= OLDEST_NODE;

/**
 * The executable of a runtime: what DENO_BIN, BUN_BIN or NODE_BIN names, else the one pinned in
 * package.json, else the machine's own. Throws an error that says what to do when there is none.
 */
export function findRuntime(name) {
  const variable = `${name.toUpperCase()}_BIN`;
  const named = process.env[variable];
  if (named) {
    const found = probe(name, named);
    if (!found) throw new Error(`Cannot run ${name}: ${variable}=${named} does not start`);
    return found;
  }
  for (const path of [...pinnedCandidates(name), ...machineCandidates(name)]) {
    if (!existsSync(path)) continue;
    const found = probe(name, path);
    if (found && usable(found)) return found;
  }
  const wanted = name === "node" ? `node ${OLDEST_NODE} or newer` : name;
  throw new Error(`Cannot find ${wanted}: run "npm ci" first, or set ${variable} to its path`);
}

/** The runtimes that `--runtime=NAME|all` means, or an error for a wrong name. */
export function parseRuntimes(value) {
  if (value === "all") return [...RUNTIMES];
  const names = value.split(",");
  const wrong = names.find((name) => !RUNTIMES.includes(name));
  if (wrong !== undefined) {
    throw new Error(`Cannot use runtime "${wrong}": choose deno, bun, node or all`);
  }
  return names;
}

/** Arguments that make a runtime run one TypeScript file. */
export function runArguments(runtime, { std = "local", checkTypes = false } = {}) {
  if (runtime !== "deno") return [];
  return ["run", "-A", "--quiet", ...(checkTypes ? ["--check"] : []), ...denoStd(std)];
}

/** Options for Deno that put the stand-ins of tests/std in the place of JSR's packages. */
export function denoStd(std) {
  return std === "jsr" ? [] : ["--import-map", join(ROOT, "tests", "std", "import_map.json")];
}

/** The specifiers that must be there for a run on the real standard library. */
const STD_PROBE = [
  'import "@std/assert"; import "@std/testing/mock"; import "@std/testing/time";',
  'import "@std/async";',
].join("");

/** "jsr" when the real standard library can be loaded within `timeout` ms, else "local". */
export async function probeStd(deno, { timeout = 8_000 } = {}) {
  const result = await runChild(deno.path, ["eval", "--quiet", STD_PROBE], { timeout });
  return result.code === 0 ? "jsr" : "local";
}

const running = new Set();
const SIGNALS = ["SIGINT", "SIGTERM"];
let tearingDown = false;

function enter(child) {
  if (running.size === 0) { for (const name of SIGNALS) process.on(name, endAll); }
  running.add(child);
}

function leave(child) {
  running.delete(child);
  if (running.size === 0) { for (const name of SIGNALS) process.off(name, endAll); }
}

function endAll(signal) {
  if (tearingDown) return;
  tearingDown = true;
  for (const child of running) killGroup(child.pid);
  process.exit(signal === "SIGINT" ? 130 : 143);
}

function killGroup(pid) {
  if (WINDOWS) {
    spawnSync("taskkill", ["/pid", String(pid), "/T", "/F"], { stdio: "ignore" });
    return;
  }
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // The group has ended by itself.
  }
}

/**
 * Runs a program to its end, or kills it with everything it started after `timeout` ms, or after
 * `idle` ms without output. `onLine` sees each line of output as it comes. `leftovers` names the processes of this child
 * that were still there when it had ended (they are killed; not known on Windows).
 */
export function runChild(path, args, options = {}) {
  const { cwd = ROOT, env = {}, timeout = 60_000, idle, inherit = false, onLine } = options;
  const { patience = 2_000 } = options;
  const mark = randomUUID();
  const started = performance.now();
  const child = spawn(path, args, {
    cwd,
    env: {
      ...process.env,
      // Files that a test starts by bare name are of the pinned versions, too.
      PATH: `${dirname(path)}${delimiter}${process.env.PATH ?? ""}`,
      NO_COLOR: "1",
      FORCE_COLOR: undefined,
      DENO_NO_UPDATE_CHECK: "1",
      POOL_CHILD_MARK: mark,
      ...env,
    },
    detached: !WINDOWS,
    stdio: ["ignore", inherit ? "inherit" : "pipe", inherit ? "inherit" : "pipe"],
  });
  enter(child);
  const output = collect(child, onLine);
  return new Promise((resolve) => {
    let timedOut = false;
    const late = () => {
      timedOut = true;
      killGroup(child.pid);
      // A process that left the group may hold the pipe open for ever.
      setTimeout(() => finish(null, "SIGKILL"), 2_000).unref();
    };
    const timer = setTimeout(late, timeout);
    const quiet = idle === undefined ? undefined : setTimeout(late, idle);
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", () => quiet?.refresh());
    let finished = false;
    async function finish(code, signal, error) {
      if (finished) return;
      finished = true;
      clearTimeout(timer);
      clearTimeout(quiet);
      const leftovers = child.pid === undefined ? [] : await leftBehind(child.pid, mark, patience);
      child.stdout?.destroy();
      child.stderr?.destroy();
      leave(child);
      resolve({
        code: timedOut ? null : code,
        signal,
        timedOut,
        error,
        leftovers: timedOut ? [] : leftovers,
        output: output.text(),
        stdout: output.stdout(),
        ms: performance.now() - started,
      });
    }
    child.on("error", (error) => finish(null, null, error));
    // "close" waits for the pipes, which an orphan may hold: give it a moment, then look for it.
    child.on("exit", (code, signal) => setTimeout(() => finish(code, signal), 1_000));
    child.on("close", (code, signal) => finish(code, signal));
  });
}

/** What went wrong with a child that was given `timeout` ms, with its output; or nothing. */
export function failure(result, timeout) {
  const reasons = result.leftovers.map((left) => `left a process behind: ${left}`);
  if (result.timedOut) reasons.push(`no end within ${timeout / 1000} s`);
  else if (result.error) reasons.push(result.error.message);
  else if (result.code !== 0) {
    reasons.push(`ended with ${result.signal ?? `exit code ${result.code}`}`);
  }
  return reasons.length > 0 ? `${reasons.join("; ")}\n${result.output}` : undefined;
}

function collect(child, onLine) {
  let both = "";
  let stdout = "";
  for (const [name, stream] of [["stdout", child.stdout], ["stderr", child.stderr]]) {
    if (!stream) continue;
    let rest = "";
    stream.setEncoding("utf8");
    stream.on("error", () => {});
    stream.on("data", (text) => {
      both += text;
      if (name === "stdout") stdout += text;
      if (!onLine) return;
      const lines = (rest + text).split("\n");
      rest = lines.pop();
      for (const line of lines) onLine(line, name);
    });
    stream.on("end", () => rest && onLine?.(rest, name));
  }
  return { text: () => both, stdout: () => stdout };
}

/** Waits up to `patience` ms for the rest of a process tree to end; kills and names what stays. */
async function leftBehind(pid, mark, patience) {
  const deadline = performance.now() + patience;
  for (;;) {
    const found = descendants(pid, mark);
    if (found.length === 0) return [];
    if (performance.now() >= deadline) {
      for (const one of found) {
        try {
          process.kill(one.pid, "SIGKILL");
        } catch {
          // It ended in this very moment.
        }
      }
      return found.map((one) => `${one.pid} ${one.command}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Processes of the child's group, session or (Linux) with its mark in their environment. */
function descendants(pid, mark) {
  if (WINDOWS) return [];
  return process.platform === "linux" ? linuxDescendants(pid, mark) : psDescendants(pid);
}

function linuxDescendants(pid, mark) {
  const found = [];
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const [state, , group, session] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (state === "Z" || state === "X") continue;
      const ours = Number(group) === pid || Number(session) === pid ||
        readFileSync(`/proc/${name}/environ`, "utf8").includes(mark);
      if (!ours) continue;
      const command = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").trim();
      found.push({ pid: Number(name), command });
    } catch {
      // It ended meanwhile, or belongs to somebody else.
    }
  }
  return found;
}

function psDescendants(pid) {
  const { stdout = "" } = spawnSync("ps", ["-axo", "pid=,pgid=,state=,command="], {
    encoding: "utf8",
    timeout: 10_000,
  });
  return stdout.split("\n").flatMap((line) => {
    const [, id, group, state, command] = line.match(/^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/) ?? [];
    if (Number(group) !== pid || state.startsWith("Z")) return [];
    return [{ pid: Number(id), command }];
  });
}

/** Runs a script; what it throws becomes a line and this exit code. */
export async function runProgram(main, exitCode = 2) {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = exitCode;
  }
}
