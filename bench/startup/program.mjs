// Run by scripts/run_startup.mjs with what to repeat: in the repository, and beside an installed package.
const begun = performance.now();
const { Pool } = await import("@pool/core");
const imported = performance.now() - begun;
const { noop } = await import("./tasks.mjs");

const WORKERS = 2;

/** Milliseconds from no pool to its first result. */
async function firstResult() {
  const started = performance.now();
  const pool = new Pool(WORKERS);
  if (await pool.apply(noop, [7]) !== 7) throw new Error("a no-op returned a wrong number");
  const took = performance.now() - started;
  pool.terminate();
  await pool.join();
  return took;
}

/** Milliseconds from no thread to the first message of the first of as many. */
async function firstMessage() {
  const url = new URL("./raw_worker.mjs", import.meta.url);
  const started = performance.now();
  const threads = Array.from({ length: WORKERS }, () => startThread(url));
  await Promise.race(threads.map(({ message }) => message));
  const took = performance.now() - started;
  await Promise.all(threads.map(({ message, end }) => message.then(end)));
  return took;
}

/** The kind that starts fastest on this runtime. */
function startThread(url) {
  const { Deno, Bun, Worker, process } = globalThis;
  if (Deno || Bun) {
    const worker = new Worker(url, { type: "module" });
    const message = new Promise((resolve) => worker.onmessage = resolve);
    return { message, end: () => worker.terminate() };
  }
  const worker = new (process.getBuiltinModule("node:worker_threads").Worker)(url);
  const message = new Promise((resolve) => worker.once("message", resolve));
  return { message, end: () => worker.terminate() };
}

const turns = Number(globalThis.process.argv[2]);
const pool = [], raw = [];
for (let turn = 0; turn <= turns; turn++) {
  const times = [await firstResult(), await firstMessage()];
  // The first turn warms up.
  if (turn > 0) pool.push(times[0]), raw.push(times[1]);
}
console.log(`@@startup ${JSON.stringify({ import: [imported], pool, raw })}`);
globalThis.process.exit(0);
