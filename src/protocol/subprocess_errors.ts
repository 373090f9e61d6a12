/**
 * The errors of `@pool/core/subprocess`. They live with the protocol because a task may run a command:
 * its failure must arrive at the host as itself.
 */
import { nameErrors, PoolError, type PoolErrorOptions, TimeoutError } from "./errors.ts";

/**
 * What a command had written, as bytes or, with `text: true`, as text; `null` where it was not read.
 *
 * @example
 * ```ts
 * import { CalledProcessError, type CommandOutput, run } from "@pool/core/subprocess";
 *
 * const lengthOf = (output: CommandOutput) => output?.length ?? 0;
 * const script = "console.log('half'); process.exit(1)";
 * const error = await run(["node", "-e", script], { captureOutput: true, check: true })
 *   .catch((error) => error);
 * if (error instanceof CalledProcessError) console.log(lengthOf(error.stdout)); // 5
 * ```
 */
export type CommandOutput = Uint8Array<ArrayBuffer> | string | null;

/**
 * A command as it was given: the program and its arguments, or one string.
 *
 * @example
 * ```ts
 * import { type Command, run } from "@pool/core/subprocess";
 *
 * const version: Command = ["node", "--version"];
 * const { args } = await run(version, { stdout: "ignore" });
 * console.log(args); // ["node", "--version"]
 * ```
 */
export type Command = string | readonly string[];

/**
 * What is known of a command that failed.
 *
 * @example
 * ```ts
 * import { type CommandFacts, TimeoutExpired } from "@pool/core/subprocess";
 *
 * // For tests of your own: a command that was killed after it had said something.
 * const facts: CommandFacts = { stdout: "10 %" };
 * const error = new TimeoutExpired(["encode", "film.mkv"], 60_000, facts);
 * console.log(error.message); // Command "encode film.mkv" has not ended after 60000 ms
 * console.log(error.stdout, error.stderr); // 10 % null
 * ```
 */
export interface CommandFacts extends PoolErrorOptions {
  /** What it wrote to stdout, so far. */
  readonly stdout?: CommandOutput;
  /** What it wrote to stderr, so far. */
  readonly stderr?: CommandOutput;
}

/** Longest command in an error message (characters); errors have all of it in `cmd`. */
const LONGEST_SHOWN = 200;

/** A command in an error message. */
export function showCommand(command: Command): string {
  const line = typeof command === "string" ? command : command.join(" ");
  return JSON.stringify(line.length > LONGEST_SHOWN ? `${line.slice(0, LONGEST_SHOWN)}…` : line);
}

/**
 * Why a command could not be started.
 *
 * @example
 * ```ts
 * import { SpawnError, type SpawnFault } from "@pool/core/subprocess";
 *
 * // For tests of your own: what your program does where a command is missing.
 * const fault: SpawnFault = { code: "ENOENT" };
 * const error = new SpawnError("Cannot start ffmpeg: there is no such command", fault);
 * console.log(error.code); // ENOENT
 * ```
 */
export interface SpawnFault extends PoolErrorOptions {
  /** The system's word for it, such as `ENOENT` (no such command or folder) or `EACCES`. */
  readonly code?: string;
}

/**
 * A command could not be started: there is no such program, its folder (`cwd`) does not exist, it may
 * not be executed. Python raises `FileNotFoundError` and its like from the constructor; here the first
 * wait rejects with it.
 *
 * @example
 * ```ts
 * import { run, SpawnError } from "@pool/core/subprocess";
 *
 * const error = await run(["no-such-command"]).catch((error) => error);
 * console.log(error instanceof SpawnError, error.code); // true ENOENT
 * ```
 */
export class SpawnError extends PoolError {
  /** The system's word for it, such as `ENOENT` or `EACCES`; empty where there is none. */
  readonly code: string;
  /** Makes the error. */
  constructor(message?: string, fault: SpawnFault = {}) {
    super(message, fault);
    this.code = fault.code ?? "";
  }
}

/**
 * A command did not end in the time that it was given. Mirrors `subprocess.TimeoutExpired`, with the
 * time in milliseconds.
 *
 * After `run` and its like the command was killed. After `wait` and `communicate` it goes on.
 *
 * @example
 * ```ts
 * import { run, TimeoutExpired } from "@pool/core/subprocess";
 *
 * const script = "console.log('ready'); setInterval(() => {}, 1000)";
 * try {
 *   await run(["node", "-e", script], { captureOutput: true, text: true, timeout: 1000 });
 * } catch (error) {
 *   if (error instanceof TimeoutExpired) console.log(error.timeout, error.stdout); // 1000 ready
 * }
 * ```
 */
export class TimeoutExpired extends TimeoutError {
  /** The command as it was given. */
  readonly cmd: Command;
  /** The time that it was given, in milliseconds. */
  readonly timeout: number;
  /** What it wrote to stdout until then; `null` where that was not read. */
  readonly stdout: CommandOutput;
  /** What it wrote to stderr until then; `null` where that was not read. */
  readonly stderr: CommandOutput;
  /** Makes the error. */
  constructor(cmd: Command, timeout: number, facts: CommandFacts = {}) {
    super(`Command ${showCommand(cmd)} has not ended after ${timeout} ms`, facts);
    this.cmd = cmd;
    this.timeout = timeout;
    this.stdout = facts.stdout ?? null;
    this.stderr = facts.stderr ?? null;
  }
  /** The same as `stdout`: Python's other name for it. */
  get output(): CommandOutput {
    return this.stdout;
  }
}

/**
 * A command ended with another exit code than 0 where that was to be checked. Mirrors
 * `subprocess.CalledProcessError`.
 *
 * @example
 * ```ts
 * import { CalledProcessError, checkCall } from "@pool/core/subprocess";
 *
 * const error = await checkCall(["node", "-e", "process.exit(3)"]).catch((error) => error);
 * console.log(error instanceof CalledProcessError, error.returncode); // true 3
 * ```
 */
export class CalledProcessError extends PoolError {
  /** Exit code; −N where signal N ended it. */
  readonly returncode: number;
  /** The command as it was given. */
  readonly cmd: Command;
  /** What it wrote to stdout; `null` where that was not captured. */
  readonly stdout: CommandOutput;
  /** What it wrote to stderr; `null` where that was not captured. */
  readonly stderr: CommandOutput;
  /** Makes the error. */
  constructor(returncode: number, cmd: Command, facts: CommandFacts = {}) {
    const end = returncode < 0 ? `was ended by signal ${-returncode}` : `exited with ${returncode}`;
    super(`Command ${showCommand(cmd)} ${end}`, facts);
    this.returncode = returncode;
    this.cmd = cmd;
    this.stdout = facts.stdout ?? null;
    this.stderr = facts.stderr ?? null;
  }
  /** The same as `stdout`: Python's other name for it. */
  get output(): CommandOutput {
    return this.stdout;
  }
}

nameErrors({
  SpawnError,
  TimeoutExpired,
  CalledProcessError,
});
