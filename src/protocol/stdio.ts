/**
 * Where a stream of the child leads: to us, to where ours leads, or nowhere.
 *
 * @example
 * ```ts
 * import { run, type Stdio } from "@pool/core/subprocess";
 *
 * const verbose = false;
 * const output: Stdio = verbose ? "inherit" : "ignore";
 * const { returncode } = await run(["node", "--version"], { stdout: output, stderr: output });
 * console.log(returncode); // 0
 * ```
 */
export type Stdio = "pipe" | "inherit" | "ignore";
