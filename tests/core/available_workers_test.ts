import { availableParallelism } from "node:os";
import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { availableWorkers, cgroupQuota } from "../../src/adapters/available_workers.ts";

type Files = Record<string, string>;

const V2 = "/sys/fs/cgroup/cpu.max";
const OWN = "/proc/self/cgroup";
const SLICE = "/sys/fs/cgroup/a.slice/cpu.max";
const UNIT = "/sys/fs/cgroup/a.slice/b.service/cpu.max";
const V1_QUOTA = "/sys/fs/cgroup/cpu/cpu.cfs_quota_us";
const V1_PERIOD = "/sys/fs/cgroup/cpu/cpu.cfs_period_us";

const reader = (files: Files) => (path: string): string | undefined => files[path];
const v1 = (quota: string, period: string): Files => ({ [V1_QUOTA]: quota, [V1_PERIOD]: period });

describe("cgroupQuota()", () => {
  const cases: [name: string, files: Files, quota: number][] = [
    ["v2, whole", { [V2]: "200000 100000\n" }, 2],
    ["v2, fractional", { [V2]: "150000 100000\n" }, 1.5],
    ["v2, below one", { [V2]: "10000 100000\n" }, 0.1],
    ["v2, another period", { [V2]: "75000 50000\n" }, 1.5],
    ["v2, without a period", { [V2]: "300000\n" }, 3],
    ["v2, no limit", { [V2]: "max 100000\n" }, Infinity],
    ["v2, empty", { [V2]: "" }, Infinity],
    ["v2, nonsense", { [V2]: "many of them" }, Infinity],
    ["v2, of a unit", { [OWN]: "0::/a.slice/b.service\n", [UNIT]: "50000 100000\n" }, 0.5],
    [
      "v2, least of those around it",
      {
        [OWN]: "4:memory:/x\n0::/a.slice/b.service\n",
        [UNIT]: "max 100000\n",
        [SLICE]: "300000 100000",
      },
      3,
    ],
    [
      "v2, of a container that sees its host's name",
      { [OWN]: "0::/docker/1\n", [V2]: "200000" },
      2,
    ],
    ["v2, at the root", { [OWN]: "0::/\n", [V2]: "200000" }, 2],
    ["v1, whole", v1("400000\n", "100000\n"), 4],
    ["v1, fractional", v1("25000\n", "100000\n"), 0.25],
    ["v1, no limit", v1("-1\n", "100000\n"), Infinity],
    ["v1, without a period", { [V1_QUOTA]: "100000" }, Infinity],
    ["none", {}, Infinity],
  ];
  for (const [name, files, quota] of cases) {
    it(`reads ${name}: ${quota}`, () => {
      assertEquals(cgroupQuota(reader(files)), quota);
    });
  }

  it("prefers v2 where both are there", () => {
    const files = { [V2]: "100000 100000", ...v1("300000", "100000") };
    assertEquals(cgroupQuota(reader(files)), 1);
  });
});

describe("availableWorkers()", () => {
  it("is at least 1 and rounds a quota up, but never passes the processors", () => {
    assertEquals(availableWorkers(reader({ [V2]: "1000 100000" })), 1);
    assertEquals(
      availableWorkers(reader({ [V2]: "110000 100000" })),
      Math.min(2, availableParallelism()),
    );
    assertEquals(availableWorkers(reader({ [V2]: "99900000 100000" })), availableParallelism());
    assertEquals(availableWorkers(reader({})), availableParallelism());
  });

  it("knows this machine", () => {
    const count = availableWorkers();
    assert(Number.isInteger(count) && count >= 1 && count <= availableParallelism());
  });
});
