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
import type { Context, Turn } from "./workloads/workload.ts";

const MARK = "@@bench ";

function answer(message: Record<string, unknown>): void {
  process.stdout.write(`${MARK}${JSON.stringify(message)}\n`);
}

function fail(error: unknown): void {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  answer({ error: message || name, notApplicable: name === "NotApplicable" });
}

type Settings = Pick<Context, "quick" | "rounds" | "items">;

async function prepare(module: string, workload: string, settings: string): Promise<Turn> {
  const library: Library = await import(new URL(module, import.meta.url).href);
  const { quick, rounds, items } = JSON.parse(settings) as Settings;
  return await workloads[workload]({
    open: async (workers) => await library.open(workers),
    quick,
    rounds,
    items,
  });
}

async function takeTurn(turn: Turn): Promise<void> {
  try {
    answer({ values: await turn() });
  } catch (error) {
    fail(error);
  }
}

async function main(): Promise<void> {
  const [module, workload, settings] = process.argv.slice(2);
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);
  // Listens from the start: without the runner there is nobody to end a library that hangs.
  const commands = createInterface({ input: process.stdin });
  commands.on("close", () => process.exit());
  try {
    const turn = await prepare(module, workload, settings);
    commands.on("line", (line) => line === "turn" && takeTurn(turn));
    answer({ ready: true });
  } catch (error) {
    fail(error);
  }
}

if (import.meta.main) await main();
