/**
 * Python's `subprocess` for Deno, Bun and Node: runs commands, feeds them, reads them, bounds them.
 *
 * @example
 * ```ts
 * import { run } from "@pool/core/subprocess";
 *
 * const result = await run(["node", "-e", "console.log('hello')"], {
 *   captureOutput: true,
 *   text: true,
 *   timeout: 10_000,
 * });
 * console.log(result.returncode, result.stdout); // 0 hello
 * ```
 *
 * @module
 */
export { call, checkCall, checkOutput, CompletedProcess, run } from "./run.ts";
export { Popen } from "./popen.ts";
export { DEVNULL, PIPE, STDOUT } from "./options.ts";
export type {
  CallCommandOptions,
  CheckOutputOptions,
  CommunicateOptions,
  PopenOptions,
  RunOptions,
  StreamOptions,
} from "./options.ts";
export type { Bytes, CapturedOf, Communicated, Decoded, OutputOf, Piped } from "./output.ts";
export { CalledProcessError, SpawnError, TimeoutExpired } from "../protocol/subprocess_errors.ts";
export type {
  Command,
  CommandFacts,
  CommandOutput,
  SpawnFault,
} from "../protocol/subprocess_errors.ts";
export type { Stdio } from "../protocol/stdio.ts";
