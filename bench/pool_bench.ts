/**
 * A few of the workloads for `deno bench`: a look while one works on the code. What is published
 * comes from `npm run bench`, which gives every library a process of its own and lets them take
 * turns; here all pools share one process and stand beside each other.
 */
import { open as openBarePool } from "./libraries/bare_pool.ts";
import { open as openPoolCore } from "./libraries/pool_core.ts";
import { open as openRawEcho } from "./libraries/raw_echo.ts";
import type { Subject } from "./subject.ts";

const BURST = 10_000;
const items = Array.from({ length: 1_000_000 }, (_, index) => index & 1023);
const record = {
  id: 1,
  tags: ["new", "paper"],
  lines: Array.from({ length: 20 }, (_, id) => ({ id })),
};

/** Opened by the first iteration and never closed: the process ends with the last benchmark. */
function lazily(open: (workers: number) => Subject | Promise<Subject>): () => Promise<Subject> {
  let subject: Promise<Subject> | undefined;
  return () => subject ??= Promise.resolve(open(2));
}

const libraries = [
  { name: "@pool/core", subject: lazily(openPoolCore), baseline: true, maps: true },
  { name: "bare-pool", subject: lazily(openBarePool), baseline: false, maps: true },
  { name: "raw-echo", subject: lazily(openRawEcho), baseline: false, maps: false },
];

for (const { name, subject, baseline, maps } of libraries) {
  Deno.bench({
    name,
    baseline,
    group: "one awaited no-op call",
    fn: async () => void await (await subject()).call("noop", 1),
  });

  Deno.bench({
    name,
    baseline,
    group: `${BURST} no-op calls at once`,
    fn: async () => {
      const pool = await subject();
      await Promise.all(Array.from({ length: BURST }, (_, index) => pool.call("noop", index)));
    },
  });

  Deno.bench({
    name,
    baseline,
    group: "an object there and back",
    fn: async () => void await (await subject()).call("echo", record),
  });

  if (!maps) continue;
  Deno.bench({
    name,
    baseline,
    group: "map over a million small integers",
    fn: async () => void await (await subject()).map(items),
  });
}
