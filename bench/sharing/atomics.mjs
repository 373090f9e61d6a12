// What one atomic operation costs on this runtime: `node bench/sharing/atomics.mjs`, and so with bun and
// `deno run`. A lock that nobody wants needs two swaps and a look at those who sleep.
const words = new Int32Array(new SharedArrayBuffer(64));
const ROUNDS = 20_000_000;

function measure(name, run) {
  run(1_000_000);
  run(1_000_000);
  const began = performance.now();
  run(ROUNDS);
  console.log(name, ((performance.now() - began) * 1e6 / ROUNDS).toFixed(1), "ns");
}

measure("swap", (n) => {
  for (let i = 0; i < n; i++) Atomics.compareExchange(words, 2, i, i + 1);
});
measure("load", (n) => {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += Atomics.load(words, 2);
  return sum;
});
measure("lock and unlock", (n) => {
  for (let i = 0; i < n; i++) {
    Atomics.compareExchange(words, 2, 0, 7);
    Atomics.compareExchange(words, 2, 7, 0);
    if (Atomics.load(words, 1) > 0) return;
  }
});
