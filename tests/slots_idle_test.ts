/** In a process of its own: what other tests leave behind would count. */
import { describe } from "node:test";
import process from "node:process";
import { assertLess } from "@std/assert";
import { it } from "./conformance/bounded.ts";
import { passTime } from "./conformance/pool_scene.ts";
import { warmPool } from "./slots/warm_pool.ts";
import * as tasks from "./tasks/slots.ts";

describe("slots", () => {
  it("an idle pool uses no CPU after traffic", async () => {
    await using pool = await warmPool(2);
    await Promise.all(Array.from({ length: 5000 }, (_, n) => pool.apply(tasks.echo, [n])));
    // A runtime may clean up after the traffic for a while (Bun 1.4 for two seconds, 60 ms of CPU); a pool
    // that does something while it is idle does so in every window.
    let used = Infinity;
    for (let window = 0; window < 4 && used >= 20; window++) {
      const before = process.cpuUsage();
      await passTime(2000);
      const { user, system } = process.cpuUsage(before);
      used = (user + system) / 1000;
    }
    assertLess(used, 20);
  });
});
