/** The host's wire to one child process, on every runtime. */
import type { ChildProcess } from "node:child_process";
import type { Transport, TransportEvents, WorkerEnd } from "../../core/backend.ts";
import { PoolError } from "../../protocol/errors.ts";
import type { FromWorker, ToWorker } from "../../protocol/messages.ts";
import type { Transferable } from "../../protocol/transferable.ts";
import { childProcess } from "../builtins.ts";
import { host } from "../host.ts";
import { sendSignal } from "../signals.ts";
import { CAPTURED } from "./cell_file.ts";
import { Channel } from "./channel.ts";
import { captured, ChildOutput, type OutputModes } from "./child_output.ts";
import { HostFileClaims } from "./host_claims.ts";
import type { LocalSocket } from "./local_socket.ts";
import { Meeting } from "./meeting.ts";
import { ParcelReader, ParcelWriter } from "./parcels.ts";
import type { Watchdog } from "./watchdog.ts";

/** How a child is started. */
export interface ChildCommand extends OutputModes {
  readonly file: string;
  readonly args: readonly string[];
  /** All its variables; default: those of this process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Milliseconds. */
const WAIT = {
  /** After the exit, for what is still in socket and pipe; twice, as the host may have been blocked. */
  exited: 50,
  /** After the goodbye, for the child's own end. */
  goodbye: 500,
  /** After the last words, for exit handlers: an exit can hang (see `leaveForGood`). */
  dying: 10_000,
};

/**
 * The exit is the truth about the end of a child; what it sent before is still read to its end. A
 * grandchild may hold its output open, and a child that never connected has no socket to close: so
 * neither is waited for without limit.
 */
export class ProcessTransport implements Transport {
  readonly claims: HostFileClaims;
  readonly #events: TransportEvents;
  readonly #watchdog: Watchdog;
  readonly #meeting: Meeting;
  readonly #channel: Channel<ToWorker, FromWorker>;
  readonly #child: ChildProcess;
  readonly #output: ChildOutput;
  readonly #startedAt = host.clock.now();
  #socket: LocalSocket | undefined;
  #saidGoodbye = false;
  /** The exit code by the child's last words: where it had to kill itself, the system tells another end. */
  #lastCode: number | null = null;
  /** Why the child was given up. */
  #fault: unknown;
  /** What is not over yet. */
  readonly #open = new Set(["process", "socket", "stderr"]);
  #exit: Pick<WorkerEnd, "exitCode" | "signal" | "error"> = { exitCode: null, signal: null };
  #ended = false;
  #timer: unknown;

  /**
   * Starts a child; throws where the system refuses it at once.
   * @param command makes the command from the folder where child and host meet
   */
  constructor(
    events: TransportEvents,
    watchdog: Watchdog,
    command: (folder: string) => ChildCommand,
  ) {
    this.#events = events;
    this.#watchdog = watchdog;
    const fail = (error: unknown): void => this.#fail(error);
    let meeting: Meeting | undefined, modes: OutputModes;
    try {
      meeting = new Meeting((socket, time) => this.#met(socket, time), fail);
      const { folder, cells } = meeting;
      const { file, args, env, ...rest } = command(folder);
      modes = rest;
      cells.write(Uint8Array.from(captured(modes), Number), CAPTURED);
      this.#child = childProcess().spawn(file, [...args], {
        stdio: ["ignore", modes.stdout ?? "inherit", "pipe"],
        windowsHide: true,
        ...(env && { env: { ...env } }),
      });
    } catch (cause) {
      meeting?.end();
      meeting?.cells.close();
      throw new PoolError(`Cannot start child process: ${cause}`, { cause });
    }
    const { cells, token } = this.#meeting = meeting;
    this.claims = new HostFileClaims(cells);
    const parcels = {
      out: new ParcelWriter(cells, "fromHost"),
      in: new ParcelReader(cells, "fromChild"),
    };
    this.#channel = new Channel(parcels, {
      receive: (message) => this.#output.receive(message),
      failed: fail,
    });
    const { pid, stdout, stderr } = this.#child;
    if (pid !== undefined) watchdog.add(pid);
    this.#output = new ChildOutput(modes, {
      output: (output) => events.output?.(output),
      message: (message) => this.#receive(message),
      over: (stream) => this.#over(stream),
    });
    if (stdout) {
      this.#open.add("stdout");
      this.#output.capture("stdout", stdout, token);
    }
    if (stderr) this.#output.readStderr(stderr, modes.stderr, token);
    this.#child.on("error", (error) => {
      if (pid === undefined) this.#gone({ exitCode: null, signal: null, error });
    });
    this.#child.on("exit", (exitCode, signal) => this.#gone({ exitCode, signal }));
    // Deno's throws for a child that did not start; the "error" that follows tells why.
    if (pid !== undefined) this.#child.unref();
  }

  post(message: ToWorker, transfer?: Transferable[]): void {
    if (this.#open.has("process")) this.#channel.post(message, transfer);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  askToEnd(): void {
    if (!this.#open.has("process")) return;
    // It cannot clean up yet, and this program may end before it hears of the child's end.
    if (!this.#socket) this.#meeting.end();
    sendSignal(this.#child, "SIGTERM");
  }

  terminate(): void {
    if (!this.#open.has("process")) return;
    if (!this.#saidGoodbye || !this.#socket) return this.#kill();
    // It has nothing to do any more, and ends with its socket: its exit handlers run.
    this.#socket.end();
    this.#killAfter(WAIT.goodbye);
  }

  #killAfter(delay: number): void {
    host.clock.clearTimeout(this.#timer);
    this.#timer = host.clock.setTimeout(() => this.#kill(), delay);
  }

  #kill(): void {
    // This program may end before it hears of the child's end.
    this.#meeting.end();
    this.#child.kill("SIGKILL");
  }

  /** There is no way to go on with this child. */
  #fail(error: unknown): void {
    this.#fault ??= error;
    if (this.#open.has("process")) this.#kill();
  }

  #met(socket: LocalSocket, childTime: number): void {
    this.#socket = socket;
    this.claims.compareClocks(childTime, this.#startedAt, host.clock.now());
    socket.on("close", () => this.#over("socket"));
    this.#channel.attach(socket);
  }

  #receive(message: FromWorker): void {
    if (message.type === "closed") this.#saidGoodbye = true;
    if (message.type === "dying") {
      this.#lastCode = message.exitCode;
      if (!this.#saidGoodbye && this.#open.has("process")) this.#killAfter(WAIT.dying);
    }
    this.#events.message(message);
  }

  /** The process is gone, or never came to be. */
  #gone(exit: Pick<WorkerEnd, "exitCode" | "signal" | "error">): void {
    if (!this.#open.has("process")) return;
    this.#exit = exit;
    if (this.#child.pid !== undefined) this.#watchdog.remove(this.#child.pid);
    host.clock.clearTimeout(this.#timer);
    this.#over("process");
    this.#wait(2);
  }

  /** It ended before it could say anything. */
  #failure(stderr: string | undefined): PoolError | undefined {
    const { exitCode, signal } = this.#exit;
    if (signal) return undefined;
    const words = stderr === undefined ? "" : `; its last words:\n${stderr.trimEnd()}`;
    return new PoolError(`Cannot start child process: it ended with exit code ${exitCode}${words}`);
  }

  #wait(rounds: number): void {
    if (this.#ended) return;
    if (rounds === 0) return this.#end();
    this.#timer = host.clock.setTimeout(() => this.#wait(rounds - 1), WAIT.exited);
  }

  #over(part: string): void {
    this.#open.delete(part);
    if (this.#open.size === 0) this.#end();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    host.clock.clearTimeout(this.#timer);
    this.#meeting.end();
    this.#socket?.destroy();
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
    this.#output.end();
    this.#channel.recover(this.claims.lastWords());
    const exitCode = this.#lastCode ?? this.#exit.exitCode;
    const signal = this.#lastCode === null ? this.#exit.signal : null;
    const stderr = this.#output.lastLines;
    const error = this.#fault ?? this.#exit.error ??
      (this.#socket ? undefined : this.#failure(stderr));
    this.#events.exit({
      exitCode,
      signal,
      error,
      stderr,
      outOfMemory: exitCode !== 0 && stderr !== undefined && /out of memory/i.test(stderr),
    });
    this.claims.close();
  }
}
