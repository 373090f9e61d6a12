// What the commands that measure have in common: their options, their files, and how they fail.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { runProgram } from "./runtimes.mjs";

/** The values of the options that all of them have and of `own`; `--help` prints the text and ends. */
export function readValues(help, own) {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      runtime: { type: "string", default: "all" },
      json: { type: "string" },
      help: { type: "boolean", default: false },
      ...own,
    },
  });
  if (values.help) {
    console.log(help);
    process.exit(0);
  }
  return values;
}

/** The number that an option gives. */
export function wholeNumber(value, option) {
  const number = Number(value);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Error(`Cannot use --${option}=${value}: give a whole number above 0`);
}

/** Writes a file of results, and says so. */
export function write(file, text) {
  const path = resolve(file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  console.log(`Wrote ${path}`);
}

/** Runs the command; an error becomes a line and exit code 1. */
export async function runCommand(main) {
  await runProgram(main, 1);
}
