import type { Stdio } from "../protocol/stdio.ts";

/** Makes a pipe to the child; for `stdin`, `stdout` and `stderr`. Mirrors `subprocess.PIPE`. */
export const PIPE = "pipe" as const;

/** Leads nowhere; for `stdin`, `stdout` and `stderr`. Mirrors `subprocess.DEVNULL`. */
export const DEVNULL = "ignore" as const;

/** Sends what goes to stderr to where stdout goes; for `stderr`. Mirrors `subprocess.STDOUT`. */
export const STDOUT = "stdout" as const;

/** Options of {@linkcode Popen}, which all the other calls take as well. */
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
  readonly shell?: boolean;
  /** The folder that it runs in; default: ours. */
  readonly cwd?: string | URL;
  /** All of its environment; default: ours. Those that are `undefined` are left out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Output is UTF-8 text instead of bytes. Newlines stay as they are, unlike in Python. */
  readonly text?: boolean;
  /** Kills the child (as `kill()`); waiting calls reject with the signal's reason once it has ended. */
  readonly signal?: AbortSignal;
}

/** Options of `run`. Times in milliseconds. */
export interface RunOptions extends PopenOptions {
  /** What the child reads from its stdin, which is then a pipe; strings are sent as UTF-8. */
  readonly input?: string | Uint8Array;
  /** `stdout: "pipe", stderr: "pipe"` in one word. */
  readonly captureOutput?: boolean;
  /** Longest run; then the child is killed, and the call rejects with `TimeoutExpired`. */
  readonly timeout?: number;
  /** Any exit code but 0 rejects with `CalledProcessError`. */
  readonly check?: boolean;
}

/** Options of `call` and `checkCall`. */
export type CallCommandOptions = Omit<RunOptions, "input" | "captureOutput" | "check">;

/** Options of `checkOutput`. */
export type CheckOutputOptions = Omit<RunOptions, "stdout" | "captureOutput" | "check">;

/** Output under these options: text or bytes. */
export type OutputOf<O> = O extends { readonly text: true } ? string
  : "text" extends keyof O ? O extends { readonly text?: false } ? Bytes
    : Bytes | string
  : Bytes;

/** What a stream under these options gives: its output where it is a pipe, else `null`. */
export type CapturedOf<O, Stream extends "stdout" | "stderr"> = O extends
  { readonly [S in Stream]: "stdout" | "ignore" | "inherit" } ? null
  : O extends { readonly captureOutput: true } | { readonly [S in Stream]: "pipe" } ? OutputOf<O>
  : OutputOf<O> | null;

/** What a child writes. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** What there is of a stream of the child, by its option: `Piped<T>["pipe"]` is `T`. */
export interface Piped<T> {
  /** We hold the other end. */
  readonly pipe: T;
  /** The stream is ours as well as the child's. */
  readonly inherit: null;
  /** It leads nowhere. */
  readonly ignore: null;
  /** It is part of stdout. */
  readonly stdout: null;
}

/** Output as text or as bytes. */
export type Decoded<Text extends boolean> = Text extends true ? string : Bytes;

/** What `communicate` read; `null` for what is not a pipe. */
export interface Communicated<Out, Err> {
  /** All that came to stdout. */
  readonly stdout: Out;
  /** All that came to stderr. */
  readonly stderr: Err;
}

/** Options of `communicate`. */
export interface CommunicateOptions {
  /** What the child is to read; its stdin must be a pipe. */
  readonly input?: string | Uint8Array;
  /** Milliseconds; omitted: for ever. */
  readonly timeout?: number;
}

/** The options that decide over the types of a child's streams. */
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
