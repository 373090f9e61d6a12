// What an installed package must do, given the library however it was loaded. In plain JavaScript and
// without `await using`, which Node 20 and 22 cannot read.
import assert from "node:assert/strict";
import process from "node:process";

export async function checkLibrary(core, { run }, tasksUrl) {
  const tasks = core.importTasks(tasksUrl);
  for (const backend of ["thread", "process", "inline"]) {
    const pool = new core.Pool({ workers: 2, backend });
    try {
      assert.deepEqual(await pool.map(tasks.square, [1, 2, 3]), [1, 4, 9]);
      assert.equal(await pool.apply((x) => x + 1, [1]), 2);
      await assert.rejects(pool.apply(tasks.fail, ["no"]), { name: "RangeError", message: "no" });
      assert.equal(await pool.apply(tasks.holds, [new core.Lock()]), true);
      const pid = await pool.apply(tasks.pid);
      assert.equal(pid !== process.pid, backend === "process", `${backend}: pid ${pid}`);
      await pool.close();
      await pool.join({ timeout: 20_000 });
    } finally {
      await pool.terminate();
    }
  }
  const executor = new core.ProcessPoolExecutor(1);
  assert.equal(await executor.submit(tasks.square, [7]).result({ timeout: 20_000 }), 49);
  await executor.shutdown();
  for (const kind of [core.Thread, core.Process]) {
    const activity = new kind({ target: tasks.square, args: [3] });
    await activity.start();
    assert.equal(await activity.join({ timeout: 20_000 }), true);
    assert.equal(activity.exitCode, 0);
  }
  const command = [process.execPath, "--version"];
  const { stdout } = await run(command, { captureOutput: true, text: true, timeout: 20_000 });
  assert.match(stdout, /\d+\.\d+\.\d+/);
}
