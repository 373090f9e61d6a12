// Two threads and one number: two million times plus one, and as often minus one. Under a lock the sum
// is zero. Without it two threads read the same number, and what one of them writes is lost.
import { Lock, Pool, task, Value } from "@pool/core";

const TIMES = 2_000_000;

export const change = task(
  import.meta,
  function change(number: Value<"i32">, step: number, lock?: Lock) {
    for (let i = 0; i < TIMES; i++) {
      lock?.acquireSync();
      number.value += step; // reads, adds, writes; number.addSync(step) would be one step
      lock?.releaseSync();
    }
  },
);

if (import.meta.main) {
  await using pool = new Pool(2);
  const number = new Value("i32", 0);
  const lock = new Lock();

  await Promise.all([+1, -1].map((step) => pool.apply(change, [number, step, lock])));
  console.log("with the lock:", number.value);

  await Promise.all([+1, -1].map((step) => pool.apply(change, [number, step])));
  console.log("without it:", number.value, "(most often not zero)");
}
// with the lock: 0
// without it: … (most often not zero)
