import { describe, it } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { Pool } from "@pool/core";
import { runtime } from "../../src/adapters/detect.ts";
import { planPool } from "../../src/core/pool_options.ts";
import { FakeAdapter } from "./fake_adapter.ts";

describe("planPool()", () => {
  it("takes the settings of workers as they are at the call", () => {
    const env = { LEVEL: "debug" };
    const execArgv = ["--expose-gc"];
    const permissions = { read: ["./data"], net: true };
    const resourceLimits = { stackSizeMb: 4 };
    const settings = { env, execArgv, permissions, resourceLimits };
    const before = structuredClone(settings);
    const plan = planPool({ backend: new FakeAdapter(), ...settings }, runtime);
    env.LEVEL = "later";
    execArgv.push("--later");
    permissions.read.push("./later");
    permissions.net = false;
    resourceLimits.stackSizeMb = 1;
    const { stdout: _stdout, stderr: _stderr, workerUrl: _url, ...kept } =
      plan.config.crew.settings;
    assertEquals(kept, before);
  });

  it("gets the options behind the number of workers, too", () => {
    assertThrows(() => new Pool(1, { maxQueue: -1 }), RangeError, "maxQueue");
    const misspelt = { permission: "none" } as object;
    assertThrows(() => new Pool(1, misspelt), TypeError, "permission");
  });

  it("leaves permissions alone that are for an adapter of the user's own", () => {
    const backend = new FakeAdapter();
    for (const permissions of ["none", null, ["read"], new URL("grants:all")]) {
      const { config } = planPool({ backend, permissions }, runtime);
      assertEquals(config.crew.settings.permissions, permissions);
    }
  });
});
