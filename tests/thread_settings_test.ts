/** What threads are given, and no more. */
import { spawnSync } from "node:child_process";
import { describe } from "node:test";
import process from "node:process";
import { assertEquals } from "@std/assert";
import { ThreadPool } from "@pool/core";
import { it } from "./conformance/bounded.ts";

const OPTIONS = { encoding: "utf8", timeout: 20_000, killSignal: "SIGKILL" } as const;

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

  if (!("Deno" in globalThis || "Bun" in globalThis)) {
    it("a program that is given as text starts threads, whatever type of module it is", () => {
      const url = JSON.stringify(import.meta.resolve("@pool/core"));
      const code = `const { Pool } = await import(${url}); const pool = new Pool(1);
        console.log(await pool.apply((x) => x + 1, [41])); pool.close();`;
      const args = ["--input-type=module", "--eval", code];
      const { stdout, stderr } = spawnSync(process.execPath, args, OPTIONS);
      assertEquals([stdout, stderr], ["42\n", ""]);
    });
  }

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
