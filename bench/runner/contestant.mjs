// One library under one workload, in a process of its own that waits for its turns.
import { spawn, spawnSync } from "node:child_process";
import process from "node:process";
import { createInterface } from "node:readline";

const MARK = "@@bench ";
const WINDOWS = process.platform === "win32";

/** For the case that the runner itself is killed while a library's main thread spins for ever. */
const CPU_SECONDS = "1800";
const CPU_LIMIT = ["/bin/sh", "-c", 'ulimit -t "$0"; exec "$@"', CPU_SECONDS];

const alive = new Set();

/** Kills every process that is still there, with all that it started. */
export function killAll() {
  for (const contestant of alive) contestant.end();
}

export class Contestant {
  #child;
  #waiting;
  #failure;
  #stderr = "";

  /** @param {{ command: string[], cwd: string, env: Record<string, string> }} options */
  constructor({ command: [path, ...args], cwd, env }) {
    const [program, ...rest] = WINDOWS ? [path, ...args] : [...CPU_LIMIT, path, ...args];
    this.#child = spawn(program, rest, { cwd, env, detached: !WINDOWS, stdio: "pipe" });
    alive.add(this);
    this.#child.on("error", (error) => this.#settle({ error: error.message }));
    this.#child.on("exit", (code, signal) => this.#exited(code, signal));
    this.#child.stdin.on("error", () => {});
    this.#child.stderr.on("data", (text) => this.#stderr = (this.#stderr + text).slice(-4_000));
    createInterface({ input: this.#child.stdout }).on("line", (line) => this.#read(line));
  }

  /** Waits until the library is open and warm. Rejects with the reason why it will never be. */
  async ready(ms) {
    await this.#answer("start", ms);
  }

  /** Lets the library measure once; resolves its values by metric. */
  async turn(ms) {
    const answer = this.#answer("a turn", ms);
    this.#child.stdin.write("turn\n");
    return (await answer).values;
  }

  /** Kills the process group: nothing that a library left behind disturbs the next one. */
  end() {
    if (!alive.delete(this) || this.#child.pid === undefined) return;
    this.#child.stdout.destroy();
    this.#child.stderr.destroy();
    if (WINDOWS) {
      spawnSync("taskkill", ["/pid", String(this.#child.pid), "/T", "/F"], { stdio: "ignore" });
      return;
    }
    try {
      process.kill(-this.#child.pid, "SIGKILL");
    } catch {
      // The whole group has ended by itself.
    }
  }

  #answer(what, ms) {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.#settle({ error: `no answer to ${what} within ${ms / 1000} s`, timedOut: true }),
        ms,
      );
      this.#waiting = (message) => {
        clearTimeout(timer);
        this.#waiting = undefined;
        if (!message.error) return resolve(message);
        const failure = new Error(message.error);
        failure.notApplicable = message.notApplicable === true;
        failure.timedOut = message.timedOut === true;
        this.#failure = failure;
        reject(failure);
      };
    });
  }

  #read(line) {
    // A library that prints without ending its line must not swallow the answer.
    const at = line.indexOf(MARK);
    if (at >= 0) this.#settle(JSON.parse(line.slice(at + MARK.length)));
  }

  #settle(message) {
    if (this.#waiting) this.#waiting(message);
    else if (message.error) this.#failure ??= new Error(message.error);
  }

  #exited(code, signal) {
    // The answer may still be on its way through the pipe.
    setTimeout(() => {
      const lines = this.#stderr.trim().split("\n");
      const telling = lines.findLast((line) => /error|panic|fatal/i.test(line)) ?? lines.at(-1);
      const reason = `the process ended with ${signal ?? `code ${code}`}`;
      this.#settle({ error: telling ? `${reason}: ${telling.trim()}` : reason });
    }, 100).unref();
  }
}
