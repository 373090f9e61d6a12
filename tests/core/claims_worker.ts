/** The other thread of claims_test.ts: claims every cell once, as fast as it can. */
import { parentPort, workerData } from "node:worker_threads";
import { CELLS, Claims } from "../../src/protocol/claims.ts";

const { buffer, gate } = workerData as { buffer: SharedArrayBuffer; gate: SharedArrayBuffer };
const claims = new Claims(buffer);
const round = new Int32Array(gate);

for (let next = 1; next <= round[1]!; next++) {
  while (Atomics.load(round, 0) < next) {
    // Both sides must start in the same moment.
  }
  const won: number[] = [];
  for (let cell = 0; cell < CELLS; cell++) if (claims.claim(cell, next)) won.push(cell);
  parentPort!.postMessage(won);
}
