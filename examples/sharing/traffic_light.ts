// A traffic light and its cars: an event for which many wait.
// `traffic_light.ts [thread|process]`
import process from "node:process";
import { Event, Pool, task } from "@pool/core";

/** Changes every 20 ms until it is switched off. */
export const light = task(import.meta, async function light(green: Event, off: Event) {
  while (!await off.wait({ timeout: 20 })) {
    if (await green.isSet()) await green.clear();
    else await green.set();
  }
  await green.clear();
});

/** Waits for green; a driver without patience (in milliseconds) turns back. */
export const drive = task(
  import.meta,
  async function drive(green: Event, car: string, patience?: number) {
    const passed = await green.wait({ timeout: patience });
    return passed ? `${car} has passed` : `${car} turns back`;
  },
);

if (import.meta.main) {
  const backend = process.argv[2] === "process" ? "process" : "thread";
  const green = new Event(), off = new Event();
  await using pool = new Pool({ workers: 4, backend });

  const lit = pool.apply(light, [green, off]);
  const cars = ["Ant", "Bee", "Cat", "Dog", "Elk", "Fox"];
  const drives = await pool.starmap(drive, cars.map((car) => [green, car] as const));
  console.log(drives.join("\n"));

  await off.set();
  await lit;
  console.log(await pool.apply(drive, [green, "Gnu", 50]));
}
// Ant has passed
// Bee has passed
// Cat has passed
// Dog has passed
// Elk has passed
// Fox has passed
// Gnu turns back
