/** Runs one feature of the package as it comes from JSR: `main.ts FEATURE`. */
import { Pool, Process, ProcessPoolExecutor, Thread, ThreadPoolExecutor } from "@pool/core";
import { run } from "@pool/core/subprocess";
import { square } from "./tasks.ts";

function check(found: unknown, expected: unknown): void {
  if (JSON.stringify(found) === JSON.stringify(expected)) return;
  throw new Error(`Expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
}

const features: Record<string, (argument: string) => Promise<void>> = {
  async inline() {
    await using pool = new Pool({ workers: 1, backend: "inline" });
    check(await pool.map(square, [1, 2, 3]), [1, 4, 9]);
  },
  async threads() {
    await using pool = new Pool(2);
    check(await pool.map((x: number) => x * x, [1, 2, 3]), [1, 4, 9]);
    await using executor = new ThreadPoolExecutor(1);
    check(await executor.submit((x: number) => x + 1, [1]).result(), 2);
    const thread = new Thread({ target: () => {} });
    await thread.start();
    check(await thread.join({ timeout: 20_000 }), true);
  },
  async "tasks on threads"() {
    await using pool = new Pool(2);
    const squares: number[] = await pool.map(square, [1, 2, 3]);
    check(squares, [1, 4, 9]);
  },
  async processes() {
    await using pool = new Pool({ workers: 2, backend: "process" });
    check(await pool.map(square, [1, 2, 3]), [1, 4, 9]);
    await using bare = new Pool({ workers: 1, backend: "process", env: {} });
    check(await bare.apply(square, [4]), 16);
    await using executor = new ProcessPoolExecutor(1);
    check(await executor.submit(square, [5]).result(), 25);
    const child = new Process({ target: () => {} });
    await child.start();
    check(await child.join({ timeout: 20_000 }), true);
    check(child.exitCode, 0);
  },
  async commands(command) {
    const { stdout } = await run([command, "--version"], { captureOutput: true, text: true });
    check(stdout.startsWith("deno"), true);
  },
};

if (import.meta.main) {
  const [name = "", argument = ""] = Deno.args;
  await features[name]!(argument);
  console.log(`${name} works`);
}
