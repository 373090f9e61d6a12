/** Child processes where the program's own surroundings are unusual. */
import type { ChildProcess } from "node:child_process";
import { chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, describe } from "node:test";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { it } from "../conformance/bounded.ts";
import { runScenario } from "../crash/run_scenario.ts";

const onNode = !("deno" in process.versions) && !("bun" in process.versions);

describe("child processes in unusual surroundings", () => {
  const folder = mkdtempSync(join(tmpdir(), "pool-tests-"));
  after(() => rmSync(folder, { recursive: true }));
  const run = async (options: Parameters<typeof runScenario>[2]): Promise<string> => {
    const { stdout, stderr, late } = await runScenario("surroundings", [], {
      backend: "process",
      ...options,
    });
    assert(!late && stdout !== "", stderr);
    return stdout.trim();
  };

  // Of the systems' limits for the path of a socket the least is 103 bytes.
  it("start where the path of the temporary folder is too long for a socket", async () => {
    const TMPDIR = join(folder, "long ".repeat(20).trim(), "ü".repeat(40));
    mkdirSync(TMPDIR, { recursive: true });
    assertEquals(await run({ env: { TMPDIR } }), "[1,2]");
    assertEquals(readdirSync(TMPDIR).filter((name) => name.startsWith("pool-")), []);
  });

  it("tell that there is no temporary folder", async () => {
    const TMPDIR = join(folder, "missing");
    const env = { TMPDIR, NODE_DISABLE_COMPILE_CACHE: "1" };
    assertMatch(await run({ env }), /^true PoolError: Cannot start child process: .*missing/);
  });

  it("end no program by what they write where nobody reads its stderr any more", async () => {
    const onOutput = (_text: string, child: ChildProcess) => void child.stderr!.destroy();
    const { stdout, code } = await runScenario("noise", [], { backend: "process", onOutput });
    assertEquals([stdout, code], ["begin\nend\n", 0]);
  });

  it("leave nothing in the temporary folder where there are no descriptors", async () => {
    const TMPDIR = join(folder, "descriptors");
    mkdirSync(TMPDIR);
    const options = { backend: "process", env: { TMPDIR } } as const;
    const { stdout, stderr } = await runScenario("descriptors", [], options);
    assertMatch(stdout, /Cannot start child process: .*EMFILE.*\n0\n$/, stderr);
  });

  it(
    "leave nothing in the temporary folder where a worker that starts them ends meanwhile",
    async () => {
      const TMPDIR = join(folder, "nested");
      mkdirSync(TMPDIR);
      const { stdout, stderr } = await runScenario("nested_hosts", [], { env: { TMPDIR } });
      assertMatch(stdout, /through/, stderr);
      const left = () => readdirSync(TMPDIR).filter((name) => name.startsWith("pool-"));
      // Children that nobody waits for any more clean up as soon as they see it.
      for (const end = performance.now() + 8000; left().length > 0 && performance.now() < end;) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      assertEquals(left(), []);
    },
    40_000,
  );

  if (onNode) {
    // Only the superuser can make a folder of another user.
    it("leave a compile cache alone that another user has made", async () => {
      const TMPDIR = join(folder, "shared"), cache = join(TMPDIR, "node-compile-cache");
      mkdirSync(cache, { recursive: true });
      if (process.geteuid?.() === 0) chownSync(cache, 12345, 12345);
      assertEquals(await run({ env: { TMPDIR, NODE_COMPILE_CACHE: undefined } }), "[1,2]");
      assertEquals(readdirSync(cache).length > 0, process.geteuid?.() !== 0);
    });

    for (
      const flags of [["--inspect-port", "0"], ["--test-name-pattern", "pool", "--no-warnings"]]
    ) {
      it(`start where the program was started with ${flags.join(" ")}`, async () => {
        assertEquals(await run({ flags }), "[1,2]");
      });
    }
  }
});
