// What a pool of two uses after a map, beside two bare workers: thousandths of a core in each of seven
// spans of ten seconds. `bun bench/idle/rest.mjs`, `node …` or `deno run -A …`, with `raw` for the workers.
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { Pool } from "@pool/core";
import { square } from "../tasks.ts";

const SPANS = 7, SPAN = 10_000;

async function startRaw() {
  const workers = [1, 2].map(() => new Worker(new URL("./resting_worker.mjs", import.meta.url)));
  await Promise.all(workers.map((worker) => new Promise((up) => worker.once("message", up))));
}

async function startPool() {
  await new Pool(2).map(square, Array.from({ length: 100_000 }, (_, i) => i));
}

if (import.meta.main) {
  const raw = process.argv[2] === "raw";
  await (raw ? startRaw() : startPool());
  const used = [];
  for (let span = 0; span < SPANS; span++) {
    const before = process.cpuUsage();
    await sleep(SPAN);
    const { user, system } = process.cpuUsage(before);
    used.push(((user + system) / SPAN).toFixed(2));
  }
  console.log(`${raw ? "two bare workers" : "a pool of two"}, ‰ of a core: ${used.join(" ")}`);
  process.exit(0);
}
