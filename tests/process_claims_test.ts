/** States of jobs in a file: the host and a child never both have a job, nor does nobody. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { describe } from "node:test";
import { fileURLToPath } from "node:url";
import { assert, assertEquals } from "@std/assert";
import { CellFile, TOKEN_BYTES } from "../src/adapters/process/cell_file.ts";
import { ChildFileClaims } from "../src/adapters/process/child_claims.ts";
import { HostFileClaims } from "../src/adapters/process/host_claims.ts";
import { it } from "./conformance/bounded.ts";

/** Both sides of one file, in this process. */
function withSides(
  use: (host: HostFileClaims, child: ChildFileClaims, fill: () => void) => void,
): void {
  const folder = mkdtempSync(join(tmpdir(), "pool-test-"));
  const path = join(folder, "cells");
  const host = new HostFileClaims(CellFile.create(path, new Uint8Array(TOKEN_BYTES)));
  const file = CellFile.open(path);
  const fill = (): void => {
    file.write = () => {
      throw new Error("ENOSPC");
    };
  };
  try {
    use(host, new ChildFileClaims(file, () => {}), fill);
  } finally {
    host.close();
    file.close();
    rmSync(folder, { recursive: true });
  }
}

describe("claims in a file", () => {
  it("claim() begins a job that was offered, and tells since when", () => {
    withSides((host, child) => {
      host.offer(3, 17);
      assertEquals(host.state(3), "waiting");
      assert(child.claim(3, 12345.5, 17));
      assertEquals([host.state(3), host.startedAt(3)], ["running", 12345.5]);
      host.offer(4, 18);
      assertEquals(host.takeBack(3), false);
      assert(child.claim(4, 2, 18));
      assertEquals([host.state(3), host.state(4)], ["done", "running"]);
    });
  });

  it("finish() tells at once that a job with a time limit is through, and costs others nothing", () => {
    withSides((host, child) => {
      for (const [cell, limited, state] of [[0, true, "done"], [1, false, "running"]] as const) {
        host.offer(cell, cell + 1);
        assert(child.claim(cell, 5, cell + 1));
        assertEquals(host.state(cell), "running");
        child.finish(cell, limited);
        assertEquals(host.state(cell), state);
      }
      host.release(0);
      host.offer(0, 3);
      assertEquals(host.state(0), "waiting");
    });
  });

  it("takeBack() has a job that was not begun, and claim() passes it", () => {
    withSides((host, child) => {
      host.offer(0, 1);
      assert(host.takeBack(0));
      assertEquals(child.claim(0, 1, 1), false);
      host.release(0);
      host.offer(0, 2);
      assert(child.claim(0, 1, 2));
    });
  });

  it("offer() of the same job in the same cell begins anew", () => {
    withSides((host, child) => {
      host.offer(0, 1);
      assert(child.claim(0, 1, 1));
      host.release(0);
      host.offer(0, 1);
      assertEquals(host.state(0), "waiting");
      assert(host.takeBack(0));
    });
  });

  it("beginItem() announces items, never fewer than were begun; leave() tells exactly", () => {
    withSides((host, child) => {
      host.offer(5, 9);
      assert(child.claim(5, 1, 9));
      assertEquals(host.currentItem(5), 0);
      for (let item = 0; item < 100_000; item++) {
        child.beginItem(5, item);
        if (item % 100 === 0) assert(host.currentItem(5) >= item);
      }
      child.leave([]);
      assertEquals(host.currentItem(5), 99_999);
      assertEquals(host.lastWords().length, 0);
      child.leave([new Uint8Array([1, 2]), new Uint8Array([3])]);
      assertEquals([...host.lastWords()], [1, 2, 3]);
    });
  });

  it("close() keeps what was written last", () => {
    withSides((host, child) => {
      host.offer(1, 4);
      host.offer(2, 5);
      assert(child.claim(1, 7, 4));
      host.close();
      assertEquals([host.state(1), host.state(2), host.startedAt(1)], ["running", "waiting", 7]);
    });
  });

  it("leave() tells where the disk has no room for last words", () => {
    withSides((host, child, fill) => {
      fill();
      assertEquals(child.leave([new Uint8Array([1, 2])]), false);
      assertEquals(host.lastWords(), new Uint8Array());
    });
  });

  it("compareClocks() leaves equal clocks alone, and follows one that was set", () => {
    withSides((host, child) => {
      host.offer(0, 1);
      assert(child.claim(0, 1000, 1));
      host.compareClocks(1000, 990, 1010);
      assertEquals(host.startedAt(0), 1000);
      host.compareClocks(1000, 5990, 6010);
      assertEquals(host.startedAt(0), 5990);
      host.compareClocks(1000, 490, 510);
      assertEquals(host.startedAt(0), 510);
    });
  });

  it(
    "takeBack() and claim() of two processes at once: each job has exactly one owner",
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "pool-test-"));
      const path = join(folder, "cells");
      const host = new HostFileClaims(CellFile.create(path, new Uint8Array(TOKEN_BYTES)));
      const ROUNDS = 100, JOBS = 500;
      const program = fileURLToPath(new URL("./process/claiming_child.ts", import.meta.url));
      const flags = "deno" in process.versions ? ["run", "-A", "--no-check", "--quiet"] : [];
      const child = spawn(process.execPath, [...flags, program, path, `${ROUNDS}`, `${JOBS}`], {
        stdio: ["pipe", "pipe", "inherit"],
      });
      const lines = readLines(child.stdout!);
      let contested = 0;
      try {
        for (let round = 0; round < ROUNDS; round++) {
          for (let cell = 0; cell < JOBS; cell++) host.offer(cell, 1 + round * JOBS + cell);
          child.stdin!.write("go\n");
          // Bun writes when it is idle.
          await new Promise((resolve) => setImmediate(resolve));
          // Both go through the cells, from both ends.
          const patience = performance.now() + round % 3;
          while (host.state(0) === "waiting" && performance.now() < patience);
          const taken = new Set<number>();
          for (let cell = JOBS - 1; cell >= 0; cell--) if (host.takeBack(cell)) taken.add(cell);
          const line = (await lines.next()).value as string;
          const claimed = new Set(line === "" ? [] : line.split(",").map(Number));
          for (let cell = 0; cell < JOBS; cell++) {
            assert(taken.has(cell) !== claimed.has(cell), `round ${round}, cell ${cell}`);
            host.release(cell);
          }
          if (taken.size > 0 && claimed.size > 0) contested++;
        }
        assert(contested > 0, "the two never met");
      } finally {
        child.kill("SIGKILL");
        host.close();
        rmSync(folder, { recursive: true });
      }
    },
    40_000,
  );
});

async function* readLines(stream: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let text = "";
  for await (const piece of stream) {
    text += new TextDecoder().decode(piece);
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
      yield text.slice(0, end);
      text = text.slice(end + 1);
    }
  }
}
