// How long the import takes, and a new pool to its first result, beside a bare worker: from the sources and
// from the npm package. `npm run bench:startup`, `-- --repetitions=9`.
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { BENCH, environment, findAll } from "../bench/runner/commands.mjs";
import { describeMachine } from "../bench/runner/machine.mjs";
import { align, number, summary } from "../bench/runner/report.mjs";
import { runCommand, wholeNumber } from "./bench_command.mjs";
import { buildPack } from "./build_pack.mjs";
import { must } from "./build_tools.mjs";

const RUNTIMES = ["deno", "bun", "node"];
const TURNS = 7;
const TIMEOUT_MS = 60_000;
const MARK = "@@startup ";
const PROGRAM = join(BENCH, "startup");

/** A project with the built package installed. */
async function makeProject(folder) {
  await buildPack(join(folder, "node_modules", "@pool", "core"));
  cpSync(PROGRAM, folder, { recursive: true });
  const manifest = { private: true, type: "module", dependencies: { "@pool/core": "*" } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
}

async function measure(runtime, folder) {
  const args = [...runtime.flags, join(folder, "program.mjs"), String(TURNS)];
  const options = { cwd: folder, env: environment(runtime), timeout: TIMEOUT_MS };
  const { output } = await must(runtime.path, args, options);
  const line = output.split("\n").find((text) => text.startsWith(MARK));
  if (!line) throw new Error(`Cannot measure start-up on ${runtime.name}: ${output}`);
  return JSON.parse(line.slice(MARK.length));
}

function report(values) {
  const lines = [["runtime", "form", "import", "first result", "raw worker", "ratio"]];
  for (const [name, forms] of Object.entries(values)) {
    for (const [form, times] of Object.entries(forms)) {
      const [own, raw] = [summary(times.pool), summary(times.raw)];
      const range = ({ median, min, max }) => `${number(median)} (${number(min)} – ${number(max)})`;
      const cells = [summary(times.import), own, raw].map(range);
      lines.push([name, form, ...cells, number(own.median / raw.median)]);
    }
  }
  return align(lines);
}

const HELP = `Usage: npm run bench:startup -- [options]

  --repetitions=N   processes of each runtime and form, of ${TURNS} pools each (default 5)`;

async function main() {
  const { values: options } = parseArgs({
    options: { repetitions: { type: "string", default: "5" }, help: { type: "boolean" } },
  });
  if (options.help) return console.log(HELP);
  const repetitions = wholeNumber(options.repetitions, "repetitions");
  const folder = mkdtempSync(join(tmpdir(), "pool-startup-"));
  try {
    await makeProject(folder);
    await measureAll(folder, repetitions);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureAll(folder, repetitions) {
  const runtimes = await findAll(RUNTIMES);
  const values = {};
  for (let repetition = 0; repetition < repetitions; repetition++) {
    for (const [name, runtime] of runtimes) {
      for (const [form, where] of [["sources", PROGRAM], ["package", folder]]) {
        const times = await measure(runtime, where);
        const all = (values[name] ??= {})[form] ??= { import: [], pool: [], raw: [] };
        for (const kind of Object.keys(all)) all[kind].push(...times[kind]);
      }
    }
  }
  console.log(
    `Milliseconds, median (smallest – largest); a pool of two.\n${describeMachine(runtimes)}\n`,
  );
  console.log(report(values));
}

await runCommand(main);
