import { signalName, spawnChild, type SpawnedChild } from "../adapters/spawn.ts";
import type { Stdio } from "../protocol/stdio.ts";
import { InvalidStateError } from "../core/errors.ts";
import { checkOptions, checkTimeout, checkWait, show } from "../core/options.ts";
import { staysHere } from "../protocol/stays_here.ts";
import { type Command, TimeoutExpired } from "../protocol/subprocess_errors.ts";
import { checkCommand, type CheckedCommand, checkInput } from "./check.ts";
import { Exchange } from "./communication.ts";
import { within } from "./limit.ts";
import type { CommunicateOptions, PopenOptions, StreamOptions } from "./options.ts";
import type { Bytes, Communicated, Decoded, Piped } from "./output.ts";

type State =
  | { readonly kind: "running" }
  | { readonly kind: "ended"; readonly returncode: number }
  | { readonly kind: "failed"; readonly error: unknown };

/**
 * A child process. Mirrors `subprocess.Popen`; {@linkcode run} is simpler where that is enough.
 *
 * A running child keeps the program alive. The end of `await using` gives up its output, closes its
 * stdin and waits for its end, as Python's `with` does: it does not kill.
 *
 * Throws a `TypeError` for wrong arguments, and the reason of a signal that is aborted already. A
 * command that cannot be started rejects the first wait with {@linkcode SpawnError}.
 *
 * @example
 * ```ts
 * import { Popen } from "@pool/core/subprocess";
 *
 * const upper = "process.stdin.on('data', (d) => process.stdout.write(String(d).toUpperCase()))";
 * await using child = new Popen(["node", "-e", upper], {
 *   stdin: "pipe",
 *   stdout: "pipe",
 *   text: true,
 * });
 * const { stdout } = await child.communicate({ input: "hello" });
 * console.log(stdout, child.returncode); // HELLO 0
 * ```
 */
export class Popen<
  In extends Stdio = Stdio,
  Out extends Stdio = Stdio,
  Err extends Stdio | "stdout" = Stdio | "stdout",
  Text extends boolean = false,
> implements AsyncDisposable {
  static {
    staysHere(this);
  }

  /** The command as it was given. */
  readonly args: Command;
  /** The child's process id; `null` where it could not be started. */
  readonly pid: number | null;
  /** Takes bytes, or strings as UTF-8; a write rejects with `EPIPE` when nobody reads any more. */
  readonly stdin: Piped<WritableStream<Uint8Array | string>>[In];
  /**
   * What the child writes, as bytes. Unread, it holds the child back, and a descriptor of this program, also
   * when nobody has the handle any more: read or `cancel()` it. Not for use with `communicate`.
   */
  readonly stdout: Piped<ReadableStream<Bytes>>[Out];
  /** The child's messages, as `stdout`. */
  readonly stderr: Piped<ReadableStream<Bytes>>[Err];
  readonly #command: CheckedCommand;
  readonly #child: SpawnedChild;
  /** Resolves at the child's end; rejects where there was no start. */
  readonly #over: Promise<void>;
  #state: State = { kind: "running" };
  #aborted = false;
  #exchange: Exchange | undefined;

  /** Starts the child. */
  constructor(args: Command, options?: PopenOptions & StreamOptions<In, Out, Err, Text>) {
    this.#command = checkCommand(args, options);
    const { request, signal } = this.#command;
    signal?.throwIfAborted();
    this.args = request.args;
    let settle!: () => void;
    let fail!: (error: unknown) => void;
    this.#over = new Promise<void>((resolve, reject) => [settle, fail] = [resolve, reject]);
    // Who never waits for it shall not be ended by it.
    this.#over.catch(() => {});
    const onAbort = (): void => {
      this.#aborted = true;
      this.kill();
    };
    this.#child = spawnChild(request, {
      ended: (returncode) => {
        this.#state = { kind: "ended", returncode };
        signal?.removeEventListener("abort", onAbort);
        settle();
      },
      failed: (error) => {
        this.#state = { kind: "failed", error };
        signal?.removeEventListener("abort", onAbort);
        fail(error);
      },
    });
    signal?.addEventListener("abort", onAbort);
    const { pid, stdin, stdout, stderr } = this.#child;
    this.pid = pid;
    this.stdin = stdin as typeof this.stdin;
    this.stdout = stdout as typeof this.stdout;
    this.stderr = stderr as typeof this.stderr;
  }

  /** Exit code, −N where signal N ended the child, `null` while it runs. */
  get returncode(): number | null {
    return this.#state.kind === "ended" ? this.#state.returncode : null;
  }

  /**
   * As {@linkcode Popen.returncode}; throws {@linkcode SpawnError} where the child could not be started.
   * In JavaScript an end is noticed between two turns of the event loop: a loop of `poll()` has to await.
   */
  poll(): number | null {
    if (this.#state.kind === "failed") throw this.#state.error;
    return this.returncode;
  }

  /**
   * Waits for the child's end and resolves to its exit code, −N where signal N ended it. Rejects with
   * {@linkcode TimeoutExpired} when it takes longer than `timeout` milliseconds (the child goes on),
   * with {@linkcode SpawnError}, or with the reason of `signal`. As in Python, a child whose output is
   * piped and not read may never end.
   *
   * @example
   * ```ts
   * import { Popen } from "@pool/core/subprocess";
   *
   * const child = new Popen(["node", "-e", "setInterval(() => {}, 1000)"]);
   * child.terminate();
   * console.log(await child.wait({ timeout: 10_000 })); // -15
   * ```
   */
  async wait(options?: { readonly timeout?: number }): Promise<number> {
    const timeout = checkWait(options, "wait");
    if (this.poll() === null && !(await this.#within(this.#over, timeout))) {
      throw new TimeoutExpired(this.args, timeout!);
    }
    if (this.#aborted) throw this.#command.signal!.reason;
    return this.returncode!;
  }

  /**
   * Sends the input, reads both outputs to their end and waits for the child. Rejects as
   * {@linkcode Popen.wait}; after {@linkcode TimeoutExpired}, which carries what came so far, a further
   * call goes on and loses nothing. Only the first call takes an input; without one stdin is closed. What was
   * written to stdin or read of the outputs before comes first, where the writer or reader was released;
   * where it was not, rejects with `InvalidStateError`.
   *
   * All output is kept in memory. A child of the child that keeps the output open is waited for, too.
   *
   * @example
   * ```ts
   * import { Popen, TimeoutExpired } from "@pool/core/subprocess";
   *
   * const script = "console.log('first'); setTimeout(() => console.log('second'), 500)";
   * await using child = new Popen(["node", "-e", script], { stdout: "pipe", text: true });
   * try {
   *   await child.communicate({ timeout: 300 });
   * } catch (error) {
   *   if (!(error instanceof TimeoutExpired)) throw error;
   * }
   * console.log((await child.communicate()).stdout); // first, second
   * ```
   */
  async communicate(
    options?: CommunicateOptions,
  ): Promise<Communicated<Piped<Decoded<Text>>[Out], Piped<Decoded<Text>>[Err]>> {
    const given = checkOptions(options, "communicate", ["input", "timeout"]);
    const timeout = checkTimeout(given.timeout, "timeout");
    const input = checkInput(given.input);
    if (input && !this.stdin) {
      throw new TypeError('Cannot send input: stdin is not "pipe"');
    }
    if (input && this.#exchange) {
      throw new InvalidStateError("Cannot send input: communicate() was called before");
    }
    const exchange = this.#exchange ??= this.#beginExchange(input);
    const { text, signal } = this.#command;
    const inTime = await exchange.resume((work) => {
      return this.#within(Promise.all([this.#over, work]), timeout);
    });
    if (!inTime) throw new TimeoutExpired(this.args, timeout!, exchange.output(text));
    if (this.#aborted) throw signal!.reason;
    const { stdout, stderr } = exchange.output(text) as Communicated<unknown, unknown>;
    return {
      stdout: stdout as Piped<Decoded<Text>>[Out],
      stderr: stderr as Piped<Decoded<Text>>[Err],
    };
  }

  /** Sends a signal, by name or number; harmless when the child has ended. */
  sendSignal(signal: string | number): void {
    const name = signalName(signal);
    if (name === undefined) {
      throw new RangeError(`Cannot send signal: the system has no signal ${show(signal)}`);
    }
    if (this.#state.kind === "running") this.#child.kill(name);
  }

  /** Asks the child to end (SIGTERM; on Windows it is ended at once). */
  terminate(): void {
    this.sendSignal("SIGTERM");
  }

  /** Ends the child at once (SIGKILL). What the child itself has started goes on. */
  kill(): void {
    this.sendSignal("SIGKILL");
  }

  /** Gives up what is not read yet, closes stdin, and waits for the child's end. Never rejects. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.closePipes();
    await this.#over.catch(() => {});
  }

  /** Before anything is sent or read: a call that comes when the streams are free again must lose nothing. */
  #beginExchange(input: Uint8Array | undefined): Exchange {
    for (const name of ["stdin", "stdout", "stderr"] as const) {
      if (!this.#child[name]?.locked) continue;
      throw new InvalidStateError(
        `Cannot communicate: ${name} is in use; call releaseLock() of its ` +
          `${name === "stdin" ? "writer" : "reader"} first`,
      );
    }
    return new Exchange(this.#child, input);
  }

  #within(work: Promise<unknown>, timeout: number | undefined): Promise<boolean> {
    const { signal } = this.#command;
    // An abort that came after the child's end concerns those alone who were waiting then.
    const missed = signal?.aborted && !this.#aborted;
    return within(work, { timeout, signal: missed ? undefined : signal, afterAbort: this.#over });
  }
}
