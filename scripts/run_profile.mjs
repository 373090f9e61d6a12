// Where the hot paths spend the host's time and what they allocate, by messages alone (as before the slot lane)
// and by slots: writes bench/results/profiles.md. `npm run bench:profile`.
import { join } from "node:path";
import { BENCH, environment, findAll } from "../bench/runner/commands.mjs";
import { describeMachine } from "../bench/runner/machine.mjs";
import { readValues, runCommand, write } from "./bench_command.mjs";
import { must } from "./build_tools.mjs";
import { parseRuntimes } from "./runtimes.mjs";

const PATHS = {
  burst: "50,000 no-op calls at once",
  awaited: "no-op calls, one awaited after the other",
  objects: "5,000 calls with an object of 1 KB at once",
  map: "a map of 200,000 integers, by item",
};
const LANES = { messages: "before", slots: "after" };
const MARK = "@@profile ";
const TIMEOUT_MS = 60_000;
/** Functions that are named. */
const SHOWN = 6;
/** Parts that are no work: the thread waits. */
const WAITING = new Set(["(idle)"]);

async function profile(runtime, path, lane) {
  const args = [...runtime.flags, join(BENCH, "profile", "program.ts"), path, lane];
  const { output } = await must(runtime.path, args, {
    env: environment(runtime),
    timeout: TIMEOUT_MS,
  });
  const line = output.split("\n").find((text) => text.startsWith(MARK));
  if (!line) throw new Error(`Cannot profile ${path} on ${runtime.name}: ${output}`);
  return JSON.parse(line.slice(MARK.length));
}

/** The largest parts by name, and their sum. */
function largest(counts, format) {
  const parts = Object.entries(counts).filter(([name]) => !WAITING.has(name))
    .sort(([, one], [, other]) => other - one);
  const sum = parts.reduce((total, [, value]) => total + value, 0);
  const named = parts.slice(0, SHOWN).map(([name, value]) => `${name} ${format(value, sum)}`);
  return { sum, named: named.join(", ") };
}

const percent = (value, sum) => `${Math.round(100 * value / sum)} %`;
const amount = (value) => value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(2)));

function report(runtime, path, profiles) {
  const unit = runtime === "bun" ? "objects" : "bytes";
  const lines = [`### ${runtime}: ${PATHS[path]}`, ""];
  for (const [lane, { time, heap }] of Object.entries(profiles)) {
    const cpu = largest(time, percent), allocated = largest(heap, amount);
    lines.push(
      `- ${LANES[lane]} (${lane}): host ${amount(cpu.sum)} µs a call: ${cpu.named}.`,
      `  Allocates ${amount(allocated.sum)} ${unit}: ${allocated.named}.`,
    );
  }
  return lines.join("\n");
}

const HELP = `Usage: npm run bench:profile -- [options]

  --runtime=NAMES   deno, bun, node, a list of them, or all (the default)
  --only=PATHS      ${Object.keys(PATHS).join(", ")}, or a list of them`;

async function main() {
  const options = readValues(HELP, { only: { type: "string" } });
  const runtimes = await findAll(parseRuntimes(options.runtime));
  const paths = options.only?.split(",") ?? Object.keys(PATHS);
  const wrong = paths.find((path) => !Object.hasOwn(PATHS, path));
  if (wrong !== undefined) throw new Error(`Cannot profile "${wrong}": ${Object.keys(PATHS)}`);
  const parts = [];
  for (const path of paths) {
    for (const [name, runtime] of runtimes) {
      const profiles = {};
      for (const lane of Object.keys(LANES)) profiles[lane] = await profile(runtime, path, lane);
      parts.push(report(name, path, profiles));
      console.log(`${parts.at(-1)}\n`);
    }
  }
  const head = `# Profiles of the hot paths

Written by \`npm run bench:profile\`: the host's thread on warm code, beside two workers. "Before" is the
way by messages alone, which is what there was before the slot lane and what backends without shared
memory have; "after" the slot lane. Time is sampled every 250 µs; what V8 allocates every kilobyte, garbage
included, by the function that asked for it. Bun counts objects by type. \`run\` and
\`(in program.ts)\` are the measuring program, with what the compilers have inlined into it.

${describeMachine(runtimes)}; ${new Date().toISOString().slice(0, 10)}
`;
  if (options.runtime === "all" && !options.only) {
    write(join(BENCH, "results", "profiles.md"), `${[head, ...parts].join("\n")}\n`);
  }
}

await runCommand(main);
