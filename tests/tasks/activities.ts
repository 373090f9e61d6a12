/** Targets of processes and threads. */
import { writeFileSync } from "node:fs";
import process from "node:process";
import {
  activeChildren,
  currentProcess,
  currentThread,
  local,
  Process,
  task,
  Thread,
} from "@pool/core";

const kinds = { Process, Thread };

export const nothing = task(import.meta, function nothing(): void {});

export const exitWith = task(import.meta, function exitWith(code: number): void {
  process.exit(code);
});

export const fail = task(import.meta, function fail(message: string): never {
  throw new RangeError(message, { cause: new TypeError("the reason") });
});

export const spin = task(import.meta, function spin(): never {
  for (;;);
});

export const waitForever = task(import.meta, (): Promise<void> => {
  setInterval(() => {}, 1000);
  return new Promise(() => {});
});

export const sleep = task(import.meta, function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
});

/** Exits with 10 + what `length` the bytes have, so that a parent learns it. */
export const exitWithLength = task(import.meta, function exitWithLength(bytes: Uint8Array): void {
  process.exit(10 + bytes.length);
});

export const exitWhenEnv = task(import.meta, function exitWhenEnv(name: string, value: string) {
  process.exit(process.env[name] === value ? 7 : 8);
});

/** Throws when it is not who it should be. */
export const checkIdentity = task(
  import.meta,
  function checkIdentity(kind: "Process" | "Thread", name: string, daemon: boolean): void {
    const seen = kind === "Process" ? currentProcess() : currentThread();
    const other = kind === "Process" ? currentThread().name : currentProcess().name;
    const child = new kinds[kind]({ target: nothing });
    const path = /[\d:]+$/.exec(name)?.[0] ?? "";
    const found = [seen.name, seen.daemon, other, child.daemon];
    const expected = [name, daemon, kind === "Process" ? "MainThread" : "MainProcess", daemon];
    if (path) {
      found.push(child.name);
      expected.push(`${kind}-${path}:1`);
    }
    if (String(found) !== String(expected)) throw new Error(`${found} is not ${expected}`);
    if (kind === "Process" && currentProcess().pid !== process.pid) throw new Error("wrong pid");
  },
);

/** Leaves a child running, for which its own end has to wait. */
export const leaveChild = task(import.meta, function leaveChild(milliseconds: number): void {
  const child = new Process({ target: sleep, args: [milliseconds] });
  child.start();
  if (activeChildren()[0] !== child) throw new Error("it is not among the active children");
});

/** Leaves one that would never end by itself. */
export const leaveDaemon = task(import.meta, function leaveDaemon(): void {
  new Process({ target: waitForever, daemon: true }).start();
});

/** Says by a file that it handles the signal from now on. */
export const exitOnSigterm = task(import.meta, (code: number, sign: string): Promise<void> => {
  process.on("SIGTERM", () => process.exit(code));
  writeFileSync(sign, "");
  return waitForever();
});

export const ownNames = task(import.meta, (): string[] => {
  return [currentProcess().name, currentThread().name];
});

const counter = local(() => ({ count: 0 }));

export const countLocally = task(import.meta, function countLocally(): number {
  return ++counter.value.count;
});
