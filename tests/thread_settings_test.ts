/** What threads are given, and no more. */
import { describe } from "node:test";
import process from "node:process";
import { assertEquals } from "@std/assert";
import { ThreadPool } from "@pool/core";
import { it } from "./conformance/bounded.ts";

describe("settings of threads", () => {
  const readAll = (): Record<string, string | undefined> => ({ ...process.env });

  it("a thread has the variables of the host and no others", async () => {
    process.env.POOL_TEST_OURS = "host";
    await using pool = new ThreadPool(1);
    assertEquals(await pool.apply(readAll), { ...process.env });
    delete process.env.POOL_TEST_OURS;
  });

  it("env is the whole environment of a thread", async () => {
    await using pool = new ThreadPool(1, { env: { POOL_TEST_ONLY: "given" } });
    assertEquals(await pool.apply(readAll), { POOL_TEST_ONLY: "given" });
  });

  it("terminate() in the turn of the start ends threads that have not begun", async () => {
    const pool = new ThreadPool(6);
    pool.terminate();
    await pool.join({ timeout: 5_000 });
    assertEquals(pool.stats().workers.alive, 0);
  });

  it("threads that start one after the other all come up", async () => {
    await using pool = new ThreadPool(6);
    assertEquals(await pool.broadcast(() => 1), [1, 1, 1, 1, 1, 1]);
  });
});
