// Two bakers, three guests, and a counter with room for five buns: a queue. What is no bun says that there
// will be no more. `producers_consumers.ts [thread|process]`
import process from "node:process";
import { Pool, Queue, task } from "@pool/core";

/** The stop item; each guest takes one. */
const CLOSED = null;

type Counter = Queue<string | typeof CLOSED>;

export const bake = task(import.meta, async function bake(counter: Counter, baker: string) {
  // Where the counter is full, put() waits.
  for (let i = 1; i <= 20; i++) await counter.put(`bun ${i} of ${baker}`);
});

export const eat = task(import.meta, async function eat(counter: Counter) {
  const eaten: string[] = [];
  for (;;) {
    const bun = await counter.get();
    if (bun === CLOSED) return eaten;
    eaten.push(bun);
  }
});

if (import.meta.main) {
  const backend = process.argv[2] === "process" ? "process" : "thread";
  const counter: Counter = new Queue({ maxsize: 5 });
  await using pool = new Pool({ workers: 5, backend });

  const guests = [1, 2, 3].map(() => pool.apply(eat, [counter]));
  await Promise.all(["Ada", "Bob"].map((baker) => pool.apply(bake, [counter, baker])));
  for (const _ of guests) await counter.put(CLOSED);

  const eaten = (await Promise.all(guests)).flat();
  console.log("eaten:", eaten.length);
  console.log("different ones:", new Set(eaten).size);
  console.log("left:", await counter.qsize());
}
// eaten: 40
// different ones: 40
// left: 0
