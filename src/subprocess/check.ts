/** Checks what users pass, at the call and before anything is started. */
import { shellTakesOneString, type SpawnRequest } from "../adapters/spawn.ts";
import type { Stdio } from "../protocol/stdio.ts";
import {
  checkBoolean,
  checkChoice,
  checkOptions,
  checkSignal,
  refuse,
  show,
} from "../core/options.ts";
import type { Command } from "../protocol/subprocess_errors.ts";
import type { PopenOptions } from "./options.ts";

/** Names of the options of `new Popen()`. */
export const POPEN_OPTIONS: readonly (keyof PopenOptions)[] = [
  "stdin",
  "stdout",
  "stderr",
  "shell",
  "cwd",
  "env",
  "text",
  "signal",
];

const STDIO: readonly Stdio[] = ["pipe", "inherit", "ignore"];

/** A command and its options, ready to be started. */
export interface CheckedCommand {
  readonly request: SpawnRequest;
  readonly text: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Checks the arguments of `new Popen()` and all that ends there; throws `TypeError`. */
export function checkCommand(args: Command, options: PopenOptions | undefined): CheckedCommand {
  const given = checkOptions(options, "run command", POPEN_OPTIONS);
  const shell = checkFlag(given.shell, "shell");
  const request: SpawnRequest = {
    args: checkArgs(args, shell),
    shell,
    cwd: checkFolder(given.cwd),
    env: checkEnv(given.env),
    stdin: checkChoice(given.stdin, "stdin", STDIO) ?? "inherit",
    stdout: checkChoice(given.stdout, "stdout", STDIO) ?? "inherit",
    stderr: checkChoice(given.stderr, "stderr", [...STDIO, "stdout"] as const) ?? "inherit",
  };
  return { request, text: checkFlag(given.text, "text"), signal: checkSignal(given.signal) };
}

function checkArgs(args: unknown, shell: boolean): Command {
  if (typeof args === "string") return checkText(args, "args", !shell);
  if (!Array.isArray(args)) {
    throw new TypeError(
      `Cannot run command: args must be a string or an array of strings, not ${show(args)}`,
    );
  }
  if (args.length === 0) throw new TypeError("Cannot run command: args is empty");
  if (shell && args.length > 1 && shellTakesOneString()) {
    throw new TypeError("Cannot run command: the shell of Windows takes one string as args");
  }
  // A copy, and no holes: `map` would leave them out.
  return Array.from(args, (arg, index) => checkText(arg, `args[${index}]`, index === 0 && !shell));
}

function checkText(value: unknown, name: string, filled = false): string {
  if (typeof value !== "string") {
    throw new TypeError(`Cannot run command: ${name} must be a string, not ${show(value)}`);
  }
  if (value.includes("\0")) {
    throw new TypeError(`Cannot run command: ${name} holds a NUL character: ${show(value)}`);
  }
  if (filled && value === "") throw new TypeError(`Cannot run command: ${name} is empty`);
  return value;
}

function checkFolder(cwd: unknown): string | URL | undefined {
  if (cwd === undefined) return undefined;
  if (!(cwd instanceof URL)) return checkText(cwd, "cwd", true);
  if (cwd.protocol === "file:") return cwd;
  throw new TypeError(`Cannot run command: cwd must be a file: URL, not ${cwd}`);
}

function checkEnv(env: unknown): Record<string, string> | undefined {
  if (env === undefined) return undefined;
  if (typeof env !== "object" || env === null || Array.isArray(env)) {
    throw new TypeError(`Cannot run command: env must be an object, not ${show(env)}`);
  }
  const checked: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) continue;
    if (name === "" || /[=\0]/.test(name)) {
      throw new TypeError(`Cannot run command: env holds an impossible name: ${show(name)}`);
    }
    // Not by assignment: "__proto__" is a name as any other.
    Object.defineProperty(checked, name, {
      value: checkText(value, `env.${name}`),
      enumerable: true,
    });
  }
  return checked;
}

/** A boolean; false where it is omitted. */
export function checkFlag(value: unknown, name: string): boolean {
  return checkBoolean(value, name) ?? false;
}

/** What a child is to read, as bytes. */
export function checkInput(input: unknown): Uint8Array | undefined {
  if (input === undefined || input instanceof Uint8Array) return input;
  if (typeof input === "string") return new TextEncoder().encode(input);
  return refuse("input", "a string or a Uint8Array", input);
}
