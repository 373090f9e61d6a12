// Lets the libraries of a workload take turns, and collects what they measured.
import { availableParallelism } from "node:os";
import { commandFor, environment } from "./commands.mjs";
import { Contestant } from "./contestant.mjs";
import { LIBRARIES, WORKLOADS } from "./plan.mjs";

/**
 * @typedef {object} Cell What one library did under one workload on one runtime.
 * @property {string} workload
 * @property {string} runtime
 * @property {string} library
 * @property {Record<string, number[]>} values by metric, one a repetition
 * @property {string} [note] why there is nothing, or less than there should be
 * @property {boolean} [slow] one turn took so long that there will be no other
 */

/** How many rounds of `spin` are worth 20 ms on this runtime: the same number for every library. */
export async function calibrate(runtime, bounds) {
  const library = runtime.name === "python" ? "mp.Pool" : "plain-loop";
  const contestant = start(runtime, library, "calibrate", { quick: true, rounds: 1 });
  try {
    await contestant.ready(bounds.start);
    return (await contestant.turn(bounds.turn)).rounds;
  } finally {
    contestant.end();
  }
}

/**
 * Runs one workload on one runtime. In each repetition every library has one turn; the order moves
 * on by one place a repetition, so that nobody always follows the same neighbour. Past
 * `options.deadline` nothing is started, past `options.schedule` nothing is repeated.
 *
 * @returns {Promise<Cell[]>}
 */
export async function measure(runtime, workload, libraries, options) {
  const cells = libraries.map((library) => newCell(runtime, workload, library, options));
  const { fresh = false, together = false } = WORKLOADS[workload];
  let field = new Map();
  try {
    for (let repetition = 0; repetition < options.repetitions; repetition++) {
      if (performance.now() > (repetition === 0 ? options.deadline : options.schedule)) break;
      if (fresh) endAll(field);
      if (fresh || repetition === 0) field = await open(runtime, cells, options);
      const turns = rotate(cells, repetition).map((cell) => () =>
        takeTurn(cell, field, { ...options, runtime })
      );
      if (together) await Promise.all(turns.map((turn) => turn()));
      else for (const turn of turns) await turn();
    }
  } finally {
    endAll(field);
  }
  for (const cell of cells) {
    if (!cell.note && Object.keys(cell.values).length === 0) {
      cell.note = "not measured: out of time";
    }
  }
  return cells;
}

/** A library that is known to fail, or that has cost a quick look seconds already, is left out. */
function newCell(runtime, workload, library, { tryAll, quick, hung }) {
  const known = tryAll ? undefined : LIBRARIES[library].fails?.[runtime.name];
  const before = quick ? hung.get(`${runtime.name} ${library}`) : undefined;
  const note = known ?? (before && `left out: it hung under ${before}`);
  return { workload, runtime: runtime.name, library, values: {}, note };
}

function rotate(cells, by) {
  const at = by % cells.length;
  return [...cells.slice(at), ...cells.slice(0, at)];
}

/** Starts and warms up all libraries, as many at once as there are cores: nothing is timed here. */
async function open(runtime, cells, options) {
  const { bounds, deadline, hung } = options;
  const field = new Map();
  const waiting = cells.filter((cell) => !cell.note && !cell.slow && !isAlone(cell));
  const opener = async () => {
    for (let cell = waiting.shift(); cell; cell = waiting.shift()) {
      if (performance.now() > deadline) return;
      const contestant = start(runtime, cell.library, cell.workload, options);
      field.set(cell, contestant);
      await contestant.ready(bounds.start).catch((error) => dropOut(cell, field, error, hung));
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, availableParallelism()) }, opener));
  return field;
}

/** One whose idle pool keeps cores busy runs only while it has its turn. */
const isAlone = (cell) => LIBRARIES[cell.library].alone === true;

async function takeTurn(cell, field, options) {
  const { bounds, deadline, hung } = options;
  if (cell.slow || performance.now() > deadline) return;
  if (isAlone(cell) && !cell.note) {
    const alone = start(options.runtime, cell.library, cell.workload, options);
    field.set(cell, alone);
    await alone.ready(bounds.start).catch((error) => dropOut(cell, field, error, hung));
  }
  const contestant = field.get(cell);
  if (!contestant) return;
  const started = performance.now();
  try {
    const values = await contestant.turn(bounds.turn);
    cell.slow = performance.now() - started > bounds.patience;
    for (const [metric, value] of Object.entries(values)) {
      (cell.values[metric] ??= []).push(value);
    }
  } catch (error) {
    dropOut(cell, field, error, hung);
  }
  if (!isAlone(cell)) return;
  contestant.end();
  field.delete(cell);
}

/** A library that failed once does not get another turn under this workload. */
function dropOut(cell, field, error, hung) {
  if (error.timedOut) hung.set(`${cell.runtime} ${cell.library}`, cell.workload);
  const [reason] = error.message.split("\n");
  cell.note = `${error.notApplicable ? "not applicable" : "failed"}: ${reason}`;
  field.get(cell)?.end();
  field.delete(cell);
}

function endAll(field) {
  for (const contestant of field.values()) contestant.end();
  field.clear();
}

function start(runtime, library, workload, { quick, rounds, items, knitting }) {
  const command = commandFor(runtime, library, workload, { quick, rounds, items });
  return new Contestant({ command, env: environment(runtime, { knitting }) });
}
