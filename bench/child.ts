/**
 * One library under one workload, in a process of its own, which measures when it is told to.
 *
 * Arguments: module of the library, name of the workload, settings as JSON. Commands arrive as
 * lines on stdin; answers leave as lines of JSON behind a mark, because libraries print, too:
 * `{ ready }`, then for each "turn" `{ values }`, or `{ error, notApplicable }` at any time.
 */
import process from "node:process";
import { createInterface } from "node:readline";
import type { Library } from "./subject.ts";
import { workloads } from "./workloads/index.ts";
import type { Turn } from "./workloads/workload.ts";

const MARK = "@@bench ";

function answer(message: Record<string, unknown>): void {
  process.stdout.write(`${MARK}${JSON.stringify(message)}\n`);
}

function fail(error: unknown): void {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  answer({ error: message || name, notApplicable: name === "NotApplicable" });
}

async function prepare(module: string, workload: string, settings: string): Promise<Turn> {
  const library: Library = await import(new URL(module, import.meta.url).href);
  const { quick, rounds } = JSON.parse(settings) as { quick: boolean; rounds: number };
  return await workloads[workload]({
    open: async (workers) => await library.open(workers),
    quick,
    rounds,
  });
}

async function takeTurn(turn: Turn): Promise<void> {
  const values = await turn();
  answer({ values });
}

async function main(): Promise<void> {
  const [module, workload, settings] = process.argv.slice(2);
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);
  const turn = await prepare(module, workload, settings);
  answer({ ready: true });
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === "turn") await takeTurn(turn);
  }
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    fail(error);
  }
  process.exit();
}
