/** What comes of a child's streams: the types that follow from the options. */

/**
 * Output under these options: text or bytes.
 *
 * @example
 * ```ts
 * import { checkOutput, type OutputOf } from "@pool/core/subprocess";
 *
 * const text: OutputOf<{ text: true }> = await checkOutput(["node", "-p", "42"], { text: true });
 * const bytes: OutputOf<{ text: false }> = await checkOutput(["node", "-p", "42"]);
 * console.log(text.trim(), bytes.length); // 42 3
 * ```
 */
export type OutputOf<O> = O extends { readonly text: true } ? string
  : "text" extends keyof O ? O extends { readonly text?: false } ? Bytes
    : Bytes | string
  : Bytes;

/**
 * What a stream under these options gives: its output where it is a pipe, else `null`.
 *
 * @example
 * ```ts
 * import { type CapturedOf, run } from "@pool/core/subprocess";
 *
 * const options = { stdout: "pipe", stderr: "ignore", text: true } as const;
 * const result = await run(["node", "-p", "42"], options);
 * const stdout: CapturedOf<typeof options, "stdout"> = result.stdout; // a string
 * const stderr: CapturedOf<typeof options, "stderr"> = result.stderr; // null
 * console.log(stdout.trim(), stderr); // 42 null
 * ```
 */
export type CapturedOf<O, Stream extends "stdout" | "stderr"> = O extends
  { readonly [S in Stream]: "stdout" | "ignore" | "inherit" } ? null
  : O extends { readonly captureOutput: true } | { readonly [S in Stream]: "pipe" } ? OutputOf<O>
  : OutputOf<O> | null;

/**
 * What a child writes.
 *
 * @example
 * ```ts
 * import { type Bytes, checkOutput } from "@pool/core/subprocess";
 *
 * const bytes: Bytes = await checkOutput(["node", "-p", "'ab'"]);
 * console.log([...bytes]); // [97, 98, 10]
 * ```
 */
export type Bytes = Uint8Array<ArrayBuffer>;

/**
 * What there is of a stream of the child, by its option: `Piped<T>["pipe"]` is `T`.
 *
 * @example
 * ```ts
 * import { type Bytes, type Piped, Popen } from "@pool/core/subprocess";
 *
 * await using child = new Popen(["node", "-p", "42"], { stdout: "pipe", stdin: "ignore" });
 * const stdout: Piped<ReadableStream<Bytes>>["pipe"] = child.stdout; // a stream
 * const stdin: Piped<WritableStream>["ignore"] = child.stdin; // null
 * console.log((await new Response(stdout).text()).trim(), stdin); // 42 null
 * ```
 */
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

/**
 * Output as text or as bytes.
 *
 * @example
 * ```ts
 * import { checkOutput, type Decoded } from "@pool/core/subprocess";
 *
 * const text: Decoded<true> = await checkOutput(["node", "-p", "42"], { text: true });
 * const bytes: Decoded<false> = await checkOutput(["node", "-p", "42"]);
 * console.log(text.trim(), bytes.length); // 42 3
 * ```
 */
export type Decoded<Text extends boolean> = Text extends true ? string : Bytes;

/**
 * What `communicate` read; `null` for what is not a pipe.
 *
 * @example
 * ```ts
 * import { type Communicated, Popen } from "@pool/core/subprocess";
 *
 * await using child = new Popen(["node", "-p", "42"], {
 *   stdout: "pipe",
 *   stderr: "ignore",
 *   text: true,
 * });
 * const { stdout, stderr }: Communicated<string, null> = await child.communicate();
 * console.log(stdout.trim(), stderr); // 42 null
 * ```
 */
export interface Communicated<Out, Err> {
  /** All that came to stdout. */
  readonly stdout: Out;
  /** All that came to stderr. */
  readonly stderr: Err;
}
