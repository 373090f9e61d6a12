/** Runs a program of this folder in a process of its own, on the runtime under test. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** Set in the environment of scenarios: one that starts the tests again must not get far. */
const GUARD = "POOL_SCENARIO";

/** How a scenario ended. */
export interface ScenarioEnd {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  /** It was killed because it did not end in time. */
  readonly late: boolean;
  /** Milliseconds from the last output on stdout to the end. */
  readonly lingered: number;
  /** Something that it started was still there after it had ended. */
  readonly orphans: boolean;
}

/** What a test may ask of the run. */
export interface ScenarioOptions {
  /** Milliseconds; then it is killed. */
  readonly timeout?: number;
  /** What the scenario's pools run on; default: threads. */
  readonly backend?: "thread" | "process";
  /** Variables beside those of the tests. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Flags of the runtime. */
  readonly flags?: readonly string[];
  /** Called with all of stdout so far whenever there is more. */
  readonly onOutput?: (text: string, child: ChildProcess) => void;
}

/** Arguments that make the runtime under test run a TypeScript file. */
function runtimeArguments(): string[] {
  return "deno" in process.versions ? ["run", "-A", "--no-check", "--quiet"] : [];
}

let cache: string | undefined;

/** Where Node keeps what it compiled: the many small programs of one run start twice as fast. */
function compileCache(): string | undefined {
  if (cache !== undefined || "deno" in process.versions || "bun" in process.versions) return cache;
  const folder = cache = mkdtempSync(join(tmpdir(), "pool-scenarios-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs `tests/crash/<name>_scenario.ts` with these arguments. */
export function runScenario(
  name: string,
  args: readonly string[] = [],
  { timeout = 20_000, backend = "thread", env: own, flags = [], onOutput }: ScenarioOptions = {},
): Promise<ScenarioEnd> {
  if (process.env[GUARD]) throw new Error("Cannot run a scenario: this is one");
  const file = fileURLToPath(new URL(`./${name}_scenario.ts`, import.meta.url));
  const env: Record<string, string | undefined> = {
    ...process.env,
    [GUARD]: name,
    POOL_SCENARIO_BACKEND: backend,
    NO_COLOR: "1",
    NODE_COMPILE_CACHE: compileCache(),
    ...own,
  };
  delete env.FORCE_COLOR;
  // The runner of Node's tests would take the scenario for one of its own.
  delete env.NODE_TEST_CONTEXT;
  const child = spawn(process.execPath, [...runtimeArguments(), ...flags, file, ...args], {
    env: env as Record<string, string>,
    stdio: ["ignore", "pipe", "pipe"],
    detached: process.platform !== "win32",
  });
  let stdout = "", stderr = "", late = false, spoke = performance.now();
  child.stdout!.setEncoding("utf8").on("data", (text) => {
    spoke = performance.now();
    stdout += text;
    onOutput?.(stdout, child);
  });
  child.stderr!.setEncoding("utf8").on("data", (text) => stderr += text);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      late = true;
      child.kill("SIGKILL");
    }, timeout);
    let ended = 0;
    child.on("error", reject);
    child.on("exit", () => ended = performance.now());
    child.on("close", async (code, signal) => {
      clearTimeout(timer);
      const orphans = await groupIsAlive(child.pid!);
      resolve({ code, signal, stdout, stderr, late, lingered: ended - spoke, orphans });
    });
  });
}

/** Where the system does not say who has ended, orphans that did are seen for up to a second. */
const PATIENCE = 2500;

/** True where a process of the group that the scenario led stays alive; kills what is left. */
async function groupIsAlive(leader: number): Promise<boolean> {
  if (process.platform === "win32") return false;
  try {
    const end = performance.now() + PATIENCE;
    while (performance.now() < end) {
      process.kill(-leader, 0);
      if (process.platform === "linux" && !hasLivingMember(leader)) return false;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return process.kill(-leader, "SIGKILL");
  } catch {
    return false;
  }
}

/** Whether one of the group has not ended; those that nobody has looked at yet have. */
function hasLivingMember(leader: number): boolean {
  return readdirSync("/proc").some((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      // `pid (name) state parent group …`; the name may have brackets in it.
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const [state, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return Number(group) === leader && state !== "Z" && state !== "X";
    } catch {
      return false;
    }
  });
}
