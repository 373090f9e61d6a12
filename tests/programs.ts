/** Starts programs of examples/ on the runtime under test, as their users would. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import process from "node:process";

/** A program that takes longer (ms) hangs, and is killed. */
const LONGEST_RUN = 60_000;

/** What a program did. */
export interface Outcome {
  /** Exit code, or the signal that ended it. */
  readonly end: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that runs. */
export interface Program {
  readonly child: ChildProcessWithoutNullStreams;
  /** Resolves to the first so many lines of its output; rejects when it ends before. */
  lines(count: number): Promise<string[]>;
  /** Resolves after its end, when nobody holds its output any more. */
  readonly outcome: Promise<Outcome>;
}

/** Starts `examples/<name>`; it is killed when the time is up. */
export function start(name: string, args: readonly string[] = []): Program {
  const path = fileURLToPath(new URL(`../examples/${name}`, import.meta.url));
  const options = "deno" in process.versions ? ["run", "-A", "--no-check", "--quiet"] : [];
  // Node's runner tells its children by this variable to report as tests do.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env as Record<string, string>;
  const child = spawn(process.execPath, [...options, path, ...args], {
    env,
    stdio: "pipe",
    timeout: LONGEST_RUN,
    killSignal: "SIGKILL",
  });
  let stdout = "", stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text) => stdout += text);
  child.stderr.setEncoding("utf8").on("data", (text) => stderr += text);
  const outcome = new Promise<Outcome>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ end: code ?? signal, stdout, stderr }));
  });
  const lines = async (count: number): Promise<string[]> => {
    const ended = outcome.then(() => true);
    for (;;) {
      const complete = stdout.split("\n").slice(0, -1);
      if (complete.length >= count) return complete.slice(0, count);
      const more = once(child.stdout, "data").then(() => false);
      if (await Promise.race([more, ended])) throw new Error(`it printed only this:\n${stdout}`);
    }
  };
  return { child, lines, outcome };
}
