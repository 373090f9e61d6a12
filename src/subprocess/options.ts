import type { Stdio } from "../protocol/stdio.ts";

/**
 * Makes a pipe to the child; for `stdin`, `stdout` and `stderr`. Mirrors `subprocess.PIPE`.
 *
 * @example
 * ```ts
 * import { PIPE, Popen } from "@pool/core/subprocess";
 *
 * await using child = new Popen(["node", "-p", "6 * 7"], { stdout: PIPE, text: true });
 * console.log((await child.communicate()).stdout); // 42
 * ```
 */
export const PIPE = "pipe" as const;

/**
 * Leads nowhere; for `stdin`, `stdout` and `stderr`. Mirrors `subprocess.DEVNULL`.
 *
 * @example
 * ```ts
 * import { DEVNULL, run } from "@pool/core/subprocess";
 *
 * const { returncode, stdout } = await run(["node", "--version"], { stdout: DEVNULL });
 * console.log(returncode, stdout); // 0 null
 * ```
 */
export const DEVNULL = "ignore" as const;

/**
 * Sends what goes to stderr to where stdout goes; for `stderr`. Mirrors `subprocess.STDOUT`.
 *
 * @example
 * ```ts
 * import { PIPE, run, STDOUT } from "@pool/core/subprocess";
 *
 * const { stdout } = await run(["node", "-e", "console.error('oh')"], {
 *   stdout: PIPE,
 *   stderr: STDOUT,
 *   text: true,
 * });
 * console.log(stdout); // oh
 * ```
 */
export const STDOUT = "stdout" as const;

/**
 * Options of {@linkcode Popen}, which all the other calls take as well.
 *
 * @example
 * ```ts
 * import { Popen, type PopenOptions } from "@pool/core/subprocess";
 *
 * const options: PopenOptions = { cwd: new URL("file:///"), stdout: "ignore", stderr: "ignore" };
 * await using child = new Popen(["node", "--version"], options);
 * console.log(await child.wait({ timeout: 20_000 })); // 0
 * ```
 */
export interface PopenOptions {
  /** What the child reads: `"inherit"` (default), `"ignore"` (nothing) or `"pipe"`. */
  readonly stdin?: Stdio;
  /** Where its output goes: `"inherit"` (default), `"ignore"` (nowhere) or `"pipe"`. */
  readonly stdout?: Stdio;
  /**
   * Where its messages go: as `stdout`, or `"stdout"`: to the same place. Two pipes are then read as
   * one: what comes close together may change its order; with `shell` the order is exact.
   */
  readonly stderr?: Stdio | "stdout";
  /**
   * Runs `args` as a command line of the system's shell (`/bin/sh`, on Windows `cmd.exe`). Never put
   * words of strangers into one: quote nothing by hand, pass `[script, "sh", word]` and use `"$1"`.
   */
  readonly shell?: boolean | undefined;
  /** The folder that it runs in; default: ours. */
  readonly cwd?: string | URL | undefined;
  /** All of its environment; default: ours. Those that are `undefined` are left out. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Output is UTF-8 text instead of bytes. Newlines stay as they are, unlike in Python. */
  readonly text?: boolean;
  /** Kills the child (as `kill()`); waiting calls reject with the signal's reason once it has ended. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Options of `run`. Times in milliseconds.
 *
 * @example
 * ```ts
 * import { run } from "@pool/core/subprocess";
 * import type { RunOptions } from "@pool/core/subprocess";
 *
 * const strict = {
 *   captureOutput: true,
 *   text: true,
 *   check: true,
 *   timeout: 20_000,
 * } satisfies RunOptions;
 * const { stdout } = await run(["node", "-p", "6 * 7"], strict);
 * console.log(stdout); // 42
 * ```
 */
export interface RunOptions extends PopenOptions {
  /** What the child reads from its stdin, which is then a pipe; strings are sent as UTF-8. */
  readonly input?: string | Uint8Array | undefined;
  /** `stdout: "pipe", stderr: "pipe"` in one word. */
  readonly captureOutput?: boolean | undefined;
  /** Longest run; then the child is killed, and the call rejects with `TimeoutExpired`. */
  readonly timeout?: number | undefined;
  /** Any exit code but 0 rejects with `CalledProcessError`. */
  readonly check?: boolean | undefined;
}

/**
 * Options of `call` and `checkCall`.
 *
 * @example
 * ```ts
 * import { call, type CallCommandOptions } from "@pool/core/subprocess";
 *
 * const quietly: CallCommandOptions = { stdout: "ignore", stderr: "ignore", timeout: 20_000 };
 * console.log(await call(["node", "-e", "process.exit(2)"], quietly)); // 2
 * ```
 */
export type CallCommandOptions = Omit<RunOptions, "input" | "captureOutput" | "check">;

/**
 * Options of `checkOutput`.
 *
 * @example
 * ```ts
 * import { checkOutput, type CheckOutputOptions } from "@pool/core/subprocess";
 *
 * const options = { text: true, input: "6 * 7" } satisfies CheckOutputOptions;
 * console.log(await checkOutput(["node", "-p", "-"], options)); // 42
 * ```
 */
export type CheckOutputOptions = Omit<RunOptions, "stdout" | "captureOutput" | "check">;

/**
 * Options of `communicate`.
 *
 * @example
 * ```ts
 * import { type CommunicateOptions, Popen } from "@pool/core/subprocess";
 *
 * const question: CommunicateOptions = { input: "6 * 7", timeout: 20_000 };
 * await using child = new Popen(["node", "-p", "-"], {
 *   stdin: "pipe",
 *   stdout: "pipe",
 *   text: true,
 * });
 * console.log((await child.communicate(question)).stdout); // 42
 * ```
 */
export interface CommunicateOptions {
  /** What the child is to read; its stdin must be a pipe. */
  readonly input?: string | Uint8Array | undefined;
  /** Milliseconds; omitted: for ever. */
  readonly timeout?: number | undefined;
}

/**
 * The options that decide over the types of a child's streams.
 *
 * @example
 * ```ts
 * import { Popen, type StreamOptions } from "@pool/core/subprocess";
 *
 * const streams: StreamOptions<"ignore", "pipe", "stdout", true> = {
 *   stdin: "ignore",
 *   stdout: "pipe",
 *   stderr: "stdout",
 *   text: true,
 * };
 * await using child = new Popen(["node", "-p", "42"], streams);
 * console.log((await child.communicate()).stdout.trim()); // 42
 * ```
 */
export interface StreamOptions<
  In extends Stdio,
  Out extends Stdio,
  Err extends Stdio | "stdout",
  Text extends boolean,
> {
  /** As in {@linkcode PopenOptions}. */
  readonly stdin?: In;
  /** As in {@linkcode PopenOptions}. */
  readonly stdout?: Out;
  /** As in {@linkcode PopenOptions}. */
  readonly stderr?: Err;
  /** As in {@linkcode PopenOptions}. */
  readonly text?: Text;
}
