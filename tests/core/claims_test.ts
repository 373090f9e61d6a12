import { once } from "node:events";
import { describe, it } from "node:test";
import { Worker } from "node:worker_threads";
import { assertEquals } from "@std/assert";
import { CELLS, Claims } from "../../src/protocol/claims.ts";

/** Both sides of one cell's memory. */
function sides(): { host: Claims; worker: Claims } {
  const host = new Claims();
  return { host, worker: new Claims(host.buffer) };
}

describe("Claims", () => {
  it("claim() begins a job that was offered, and tells since when", () => {
    const { host, worker } = sides();
    host.offer(3);
    assertEquals(host.state(3), "waiting");
    assertEquals(worker.claim(3, 12345.5), true);
    assertEquals([host.state(3), host.startedAt(3)], ["running", 12345.5]);
    worker.finish(3);
    assertEquals(host.state(3), "done");
    host.release(3);
    assertEquals(worker.claim(3, 0), false);
  });

  it("takeBack() and claim() cannot both have a job", () => {
    for (const first of ["host", "worker"]) {
      const { host, worker } = sides();
      host.offer(0);
      const took = first === "host" ? host.takeBack(0) : undefined;
      const claimed = worker.claim(0, 1);
      assertEquals(took ?? host.takeBack(0), first === "host");
      assertEquals(claimed, first === "worker");
    }
  });

  it("takeBack() is refused for a cell that is running, done or free, and a second time", () => {
    const { host, worker } = sides();
    assertEquals(host.takeBack(1), false);
    host.offer(1);
    worker.claim(1, 1);
    assertEquals(host.takeBack(1), false);
    worker.finish(1);
    assertEquals(host.takeBack(1), false);
    host.offer(2);
    assertEquals([host.takeBack(2), host.takeBack(2)], [true, false]);
  });

  it("beginItem() tells the host which item of a chunk runs; offer() starts from 0 again", () => {
    const { host, worker } = sides();
    host.offer(5);
    worker.claim(5, 1);
    worker.beginItem(5, 41);
    assertEquals(host.currentItem(5), 41);
    host.release(5);
    host.offer(5);
    assertEquals(host.currentItem(5), 0);
  });

  it("every cell has one winner when both threads reach for it at once", async () => {
    const rounds = 20;
    const host = new Claims();
    const gate = new SharedArrayBuffer(8);
    const round = new Int32Array(gate);
    round[1] = rounds;
    const worker = new Worker(new URL("./claims_worker.ts", import.meta.url), {
      workerData: { buffer: host.buffer, gate },
    });
    const seen: number[][] = [];
    try {
      for (let next = 1; next <= rounds; next++) {
        const answer = once(worker, "message") as Promise<[number[]]>;
        for (let cell = 0; cell < CELLS; cell++) host.offer(cell);
        Atomics.store(round, 0, next);
        const taken: number[] = [];
        for (let cell = CELLS - 1; cell >= 0; cell--) if (host.takeBack(cell)) taken.push(cell);
        const [claimed] = await answer;
        seen.push([...taken, ...claimed].sort((a, b) => a - b));
        for (let cell = 0; cell < CELLS; cell++) host.release(cell);
      }
    } finally {
      await worker.terminate();
    }
    assertEquals(seen.length, rounds);
    const all = Array.from({ length: CELLS }, (_, cell) => cell);
    for (const cells of seen) assertEquals(cells, all);
  });

  it("cells do not touch one another", () => {
    const { host, worker } = sides();
    for (let cell = 0; cell < 1024; cell++) host.offer(cell);
    for (let cell = 0; cell < 1024; cell += 2) worker.claim(cell, cell);
    for (let cell = 0; cell < 1024; cell++) {
      assertEquals(host.takeBack(cell), cell % 2 === 1);
      if (cell % 2 === 0) assertEquals(host.startedAt(cell), cell);
    }
  });
});
