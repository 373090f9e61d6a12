/**
 * Runs every program of examples/ and compares all that it prints.
 *
 * What it should print stands in comments at the end of the program, or here for those that say it beside each
 * line. `…` stands for anything. Where the head of a program says `[thread|process]`, it runs with each
 * of these words.
 */
import { readdirSync, readFileSync } from "node:fs";
import { describe } from "node:test";
import { assertEquals } from "@std/assert";
import { it } from "./conformance/bounded.ts";
import { start } from "./programs.ts";

const EXAMPLES = new URL("../examples/", import.meta.url);

/** Programs with a test file of their own. */
const TESTED_ELSEWHERE = ["switch_backends.ts", "upper_case_client.ts", "upper_case_server.ts"];

const PRINTED: Readonly<Record<string, string>> = {
  "errors.ts": `
InsufficientFunds: 10 are missing (10)
the order was not placed - true
fulfilled, fulfilled, rejected`,
  "import_tasks.ts": `
codec.ts is loaded
true
true
TaskLookupError`,
  "priorities.ts": `
true
first, urgent, normal, preview`,
  "process_and_thread.ts": `
hello bob, from Process-1
Process-1 0 false
Quitter 3
false 1
-15 0`,
  "progress_and_cancel.ts": `
3 pages after [ 1, 2, 3 ]
the user went away
TimeoutError
cancelled: true`,
  "square.ts": `
[ 1, 4, 9 ]`,
  "stream_lines.ts": `
2: import { Pool, task } from "@pool/core";
3: import { createReadStream } from "node:fs";
4: import { createInterface } from "node:readline";`,
  "subprocess_pipeline.ts": `
Most commands begin with …
a
b

sleep was killed
Cannot …`,
};

/** Their workers print, too: Node shows what a thread prints when the main thread has time. */
const IN_ANY_ORDER = ["import_tasks.ts"];

/** What the program's last comment says that it prints, or the table. */
function expectedLines(name: string, source: string): string[] {
  const [, comment] = source.match(/\n}\n((?:\/\/.*\n)+)$/) ?? [];
  const printed = comment?.replace(/^\/\/ ?/gm, "") ?? PRINTED[name]?.slice(1);
  if (printed === undefined) throw new Error(`examples/${name} does not say what it prints`);
  return printed.trimEnd().split("\n");
}

/** The words that the head of the program offers, or none. */
function backendsOf(source: string): (string | undefined)[] {
  const [, words] = source.match(/^\/\/.*\.ts \[(\w+(?:\|\w+)+)\]`/m) ?? [];
  return words?.split("|") ?? [undefined];
}

/** The lines as they were expected where they fit, so that only the others differ. */
function fitted(actual: readonly string[], expected: readonly string[]): string[] {
  return actual.map((line, index) => {
    const parts = expected[index]?.split("…") ?? [];
    const pattern = parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join(".*");
    return parts.length > 1 && new RegExp(`^${pattern}$`).test(line) ? expected[index]! : line;
  });
}

const names = ["", "sharing/"].flatMap((folder) =>
  readdirSync(new URL(folder, EXAMPLES)).sort().map((name) => folder + name)
).filter((name) => name.endsWith(".ts") && !TESTED_ELSEWHERE.includes(name));

describe("examples", () => {
  for (const name of names) {
    const source = readFileSync(new URL(name, EXAMPLES), "utf8");
    for (const backend of backendsOf(source)) {
      it(`${name} ${backend ?? ""} prints what it says`, async () => {
        const expected = expectedLines(name, source);
        const { end, stdout, stderr } = await start(name, backend ? [backend] : []).outcome;
        const actual = fitted(stdout.trimEnd().split("\n"), expected);
        if (IN_ANY_ORDER.includes(name)) { for (const lines of [actual, expected]) lines.sort(); }
        assertEquals({ end, stderr, stdout: actual }, { end: 0, stderr: "", stdout: expected });
      }, 70_000);
    }
  }
});
