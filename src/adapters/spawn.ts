/** Child processes by way of `node:child_process`, which all three runtimes have. */
import { type ChildProcess, spawn, type SpawnOptions } from "node:child_process";
import { statSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { Stdio } from "../protocol/stdio.ts";
import { type Command, showCommand, SpawnError } from "../protocol/subprocess_errors.ts";
import { queueMicrotask } from "../protocol/timers.ts";
import { sendSignal, signalNumber } from "./signals.ts";
import {
  type ByteReader,
  type ByteWriter,
  failedReader,
  failedWriter,
  readBytes,
  writeBytes,
} from "./spawn_streams.ts";

export { signalName } from "./signals.ts";

/** A command, checked. */
export interface SpawnRequest {
  readonly args: Command;
  readonly shell: boolean;
  readonly cwd: string | URL | undefined;
  readonly env: Readonly<Record<string, string>> | undefined;
  readonly stdin: Stdio;
  readonly stdout: Stdio;
  readonly stderr: Stdio | "stdout";
}

/** Who is told of a child's end; one of the two is called, once, never before `spawnChild` returns. */
export interface ChildEnd {
  /** It ended: its exit code, or −N for signal N. */
  ended(returncode: number): void;
  /** It could not be started. */
  failed(error: SpawnError): void;
}

/** A child, or what is left of the attempt to start one. */
export interface SpawnedChild {
  readonly pid: number | null;
  readonly stdin: ByteWriter | null;
  readonly stdout: ByteReader | null;
  readonly stderr: ByteReader | null;
  /** Sends a signal; harmless when the child has ended. */
  kill(signal: string): void;
  /** Gives up what the child still writes, and ends what it can read. */
  closePipes(): void;
}

/** Starts a child; never throws. */
export function spawnChild(request: SpawnRequest, end: ChildEnd): SpawnedChild {
  let child: ChildProcess;
  try {
    child = start(request);
  } catch (error) {
    // Deno without permission, and arguments that are too long on Node.
    const failure = explain(error, request);
    queueMicrotask(() => end.failed(failure));
    return failedChild(request, failure);
  }
  if (child.pid === undefined) {
    const failure = new Promise<SpawnError>((resolve) => {
      child.once("error", (error) => resolve(explain(error, request)));
    });
    failure.then((error) => end.failed(error));
    return failedChild(request, failure);
  }
  // A signal that may not be sent is an "error" event on Node.
  child.on("error", () => {});
  child.once("exit", (code, signal) => end.ended(code ?? -signalNumber(signal)));
  const both = request.stderr === "stdout" && request.stdout === "pipe";
  const outputs = [child.stdout, child.stderr].filter((stream) => stream !== null);
  const { stdin } = child;
  return {
    pid: child.pid,
    stdin: stdin && writeBytes(stdin),
    stdout: child.stdout && readBytes(both ? outputs : [child.stdout]),
    stderr: both ? null : child.stderr && readBytes([child.stderr]),
    kill: (signal) => sendSignal(child, signal as Parameters<ChildProcess["kill"]>[0]),
    closePipes: () => {
      stdin?.end();
      for (const stream of outputs) stream.destroy();
    },
  };
}

function start({ args, shell, cwd, env, stdin, stdout, stderr }: SpawnRequest): ChildProcess {
  const [file, ...rest] = typeof args === "string" ? [args] : args;
  // No runtime can give a child one pipe twice: two pipes are read as one, in order of arrival.
  const second = stderr !== "stdout" ? stderr : stdout === "inherit" ? 1 : stdout;
  const options = {
    cwd: cwd instanceof URL ? fileURLToPath(cwd) : cwd,
    env,
    stdio: [stdin, stdout, second],
    windowsHide: true,
  } satisfies SpawnOptions;
  if (!shell) return spawn(file!, rest, options);
  if (process.platform === "win32") return spawn(file!, { ...options, shell: true });
  // Of a shell one pipe for both can be had, and with it the exact order.
  const script = stderr === "stdout" ? `exec 2>&1; ${file}` : file!;
  return spawn("/bin/sh", ["-c", script, ...rest], options);
}

function failedChild(
  { stdin, stdout, stderr }: SpawnRequest,
  error: SpawnError | Promise<SpawnError>,
): SpawnedChild {
  return {
    pid: null,
    stdin: stdin === "pipe" ? failedWriter(error) : null,
    stdout: stdout === "pipe" ? failedReader(error) : null,
    stderr: stderr === "pipe" ? failedReader(error) : null,
    kill: () => {},
    closePipes: () => {},
  };
}

/** The runtimes tell little more than the code, and ENOENT also where it is the folder that is missing. */
function explain(cause: unknown, { args, shell, cwd }: SpawnRequest): SpawnError {
  const { code = "", message = String(cause) } = cause as { code?: string; message?: string };
  const what = `Cannot start ${showCommand(typeof args === "string" ? args : args[0]!)}`;
  const folder = cwd === undefined ? undefined : folderFault(cwd);
  if (folder) return new SpawnError(`${what}: cwd ${folder.reason}`, { code: folder.code, cause });
  const reasons: Record<string, string> = {
    ENOENT: shell ? "there is no shell" : "there is no such command",
    EACCES: "it may not be executed",
    E2BIG: "arguments and environment are too long",
  };
  const reason = Object.hasOwn(reasons, code) ? `${reasons[code]} (${code})` : message;
  return new SpawnError(`${what}: ${reason}`, { code, cause });
}

function folderFault(cwd: string | URL): { code: string; reason: string } | undefined {
  const shown = JSON.stringify(String(cwd));
  try {
    if (statSync(cwd).isDirectory()) return undefined;
    return { code: "ENOTDIR", reason: `${shown} is no folder (ENOTDIR)` };
  } catch (error) {
    if ((error as { code?: string }).code !== "ENOENT") return undefined;
    return { code: "ENOENT", reason: `${shown} does not exist (ENOENT)` };
  }
}

/** True where a shell's command line is one string, without arguments of its own. */
export function shellTakesOneString(): boolean {
  return process.platform === "win32";
}
