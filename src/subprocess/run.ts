import type { Stdio } from "../protocol/stdio.ts";
import { checkOptions, checkTimeout } from "../core/options.ts";
import {
  CalledProcessError,
  type Command,
  type CommandOutput,
  TimeoutExpired,
} from "../protocol/subprocess_errors.ts";
import { checkFlag, checkInput, POPEN_OPTIONS } from "./check.ts";
import type {
  CallCommandOptions,
  CheckOutputOptions,
  PopenOptions,
  RunOptions,
} from "./options.ts";
import type { CapturedOf, OutputOf } from "./output.ts";
import { Popen } from "./popen.ts";

/** After a kill: how long (ms) to read on where a child of the child still holds the pipe. */
const COLLECT = 100;

/**
 * A command that has ended. Mirrors `subprocess.CompletedProcess`.
 *
 * @example
 * ```ts
 * import { CompletedProcess, run } from "@pool/core/subprocess";
 *
 * const completed = await run(["node", "-p", "42"], { captureOutput: true, text: true });
 * console.log(completed instanceof CompletedProcess, completed.returncode); // true 0
 * completed.checkReturncode(); // throws where it is not 0
 * console.log(completed.stdout); // 42
 * ```
 */
export class CompletedProcess<Out extends CommandOutput, Err extends CommandOutput> {
  /** The command as it was given. */
  readonly args: Command;
  /** Exit code; −N where signal N ended it. */
  readonly returncode: number;
  /** What it wrote to stdout; `null` where that was not captured. */
  readonly stdout: Out;
  /** What it wrote to stderr; `null` where that was not captured. */
  readonly stderr: Err;
  /** Made by {@linkcode run}. */
  constructor(args: Command, returncode: number, output: { stdout: Out; stderr: Err }) {
    this.args = args;
    this.returncode = returncode;
    this.stdout = output.stdout;
    this.stderr = output.stderr;
  }
  /** Throws {@linkcode CalledProcessError} where the exit code is not 0. */
  checkReturncode(): void {
    if (this.returncode !== 0) throw new CalledProcessError(this.returncode, this.args, this);
  }
}

/**
 * Runs a command to its end. Mirrors `subprocess.run`, with times in milliseconds.
 *
 * Rejects with {@linkcode TimeoutExpired} after `timeout` (the child was killed, what it wrote is in
 * the error), with {@linkcode CalledProcessError} where `check` is set and the exit code is not 0, with
 * {@linkcode SpawnError} where there is no such command, with the reason of `signal` after an abort
 * (the child was killed), and with `TypeError` or `RangeError` for wrong input, before anything starts.
 * Whatever happens, the child has ended when the promise settles.
 *
 * Output is kept in memory. Without a timeout, children of the child that keep a captured output open
 * are waited for, as in Python.
 *
 * @example
 * ```ts
 * import { run } from "@pool/core/subprocess";
 *
 * const { stdout } = await run(["node", "--version"], { captureOutput: true, text: true, check: true });
 * console.log(stdout.startsWith("v")); // true
 * ```
 */
export function run<const O extends RunOptions = Record<never, never>>(
  args: Command,
  options?: O & { readonly [Misspelt in Exclude<keyof O, keyof RunOptions>]: never },
): Promise<CompletedProcess<CapturedOf<O, "stdout">, CapturedOf<O, "stderr">>>;
/** The same with options of which no more is known. */
export function run(
  args: Command,
  options: RunOptions,
): Promise<CompletedProcess<CommandOutput, CommandOutput>>;
export async function run(
  args: Command,
  options?: RunOptions,
): Promise<CompletedProcess<CommandOutput, CommandOutput>> {
  const { popen, input, timeout, check } = split(options);
  const bytes = checkInput(input);
  const limit = checkTimeout(timeout, "timeout");
  const strict = checkFlag(check, "check");
  const child = new Popen(args, popen);
  try {
    const output = await child.communicate({ input: bytes, timeout: limit });
    const completed = new CompletedProcess(child.args, child.returncode!, output);
    if (strict) completed.checkReturncode();
    return completed;
  } catch (error) {
    child.kill();
    throw error instanceof TimeoutExpired ? await collect(child, error) : error;
  } finally {
    await child[Symbol.asyncDispose]();
  }
}

type AnyPopen = Popen<Stdio, Stdio, Stdio | "stdout", boolean>;

/** The error with all that the killed child had written. */
async function collect(child: AnyPopen, { timeout }: TimeoutExpired): Promise<unknown> {
  try {
    await child.wait();
    const output = await child.communicate({ timeout: COLLECT });
    return new TimeoutExpired(child.args, timeout, output);
  } catch (error) {
    if (!(error instanceof TimeoutExpired)) return error;
    return new TimeoutExpired(child.args, timeout, error);
  }
}

const RUN_OPTIONS: readonly (keyof RunOptions)[] = [
  ...POPEN_OPTIONS,
  "input",
  "captureOutput",
  "timeout",
  "check",
];

/** Takes `run`'s own options out of those for the child. */
function split(options: RunOptions | undefined) {
  const given = checkOptions(options, "run command", RUN_OPTIONS);
  const { input, captureOutput, timeout, check, ...rest } = given;
  const popen: { -readonly [Name in keyof PopenOptions]: PopenOptions[Name] } = rest;
  if (checkFlag(captureOutput, "captureOutput")) {
    if (popen.stdout !== undefined || popen.stderr !== undefined) {
      throw new TypeError("Cannot use captureOutput: stdout or stderr is given as well");
    }
    popen.stdout = popen.stderr = "pipe";
  }
  if (input !== undefined) {
    if ((popen.stdin ?? "pipe") !== "pipe") {
      throw new TypeError("Cannot use input: stdin is given as well");
    }
    popen.stdin = "pipe";
  }
  return { popen, input, timeout, check };
}

/**
 * Runs a command and resolves to its exit code, −N where signal N ended it. Mirrors `subprocess.call`;
 * rejects as {@linkcode run}.
 *
 * @example
 * ```ts
 * import { call } from "@pool/core/subprocess";
 *
 * console.log(await call(["node", "-e", "process.exit(3)"])); // 3
 * ```
 */
export async function call(args: Command, options?: CallCommandOptions): Promise<number> {
  refuse(options, "call", ["input", "captureOutput", "check"]);
  return (await run(args, options)).returncode;
}

/**
 * As {@linkcode call}; rejects with {@linkcode CalledProcessError} where the exit code is not 0, else
 * resolves to 0. Mirrors `subprocess.check_call`.
 *
 * @example
 * ```ts
 * import { CalledProcessError, checkCall } from "@pool/core/subprocess";
 *
 * console.log(await checkCall(["node", "--version"], { stdout: "ignore" })); // 0
 * const error = await checkCall(["node", "-e", "process.exit(3)"]).catch((error) => error);
 * if (error instanceof CalledProcessError) console.log(error.returncode); // 3
 * ```
 */
export async function checkCall(args: Command, options?: CallCommandOptions): Promise<0> {
  refuse(options, "checkCall", ["input", "captureOutput", "check"]);
  await run(args, { ...options, check: true });
  return 0;
}

/**
 * Runs a command and resolves to what it wrote to stdout: bytes, or a string with `text: true`. Rejects
 * with {@linkcode CalledProcessError} where the exit code is not 0, else as {@linkcode run}. Its stderr
 * is ours unless `stderr` says otherwise. Mirrors `subprocess.check_output`.
 *
 * @example
 * ```ts
 * import { checkOutput } from "@pool/core/subprocess";
 *
 * console.log(await checkOutput(["node", "-p", "6 * 7"], { text: true })); // 42
 * ```
 */
export function checkOutput<const O extends CheckOutputOptions = Record<never, never>>(
  args: Command,
  options?: O & { readonly [Misspelt in Exclude<keyof O, keyof CheckOutputOptions>]: never },
): Promise<OutputOf<O>>;
/** The same with options of which no more is known. */
export function checkOutput(
  args: Command,
  options: CheckOutputOptions,
): Promise<NonNullable<CommandOutput>>;
export async function checkOutput(
  args: Command,
  options?: CheckOutputOptions,
): Promise<NonNullable<CommandOutput>> {
  refuse(options, "checkOutput", ["stdout", "captureOutput", "check"]);
  const { stdout } = await run(args, { ...options, stdout: "pipe", check: true });
  return stdout;
}

/** Options that the call decides by itself. */
function refuse(options: object | undefined, name: string, decided: readonly string[]): void {
  const wrong = decided.find((option) => Object.hasOwn(options ?? {}, option));
  if (wrong === undefined) return;
  throw new TypeError(`Cannot ${name}: it takes no option ${JSON.stringify(wrong)}; use run()`);
}
