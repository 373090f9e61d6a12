// Three workers read from one pipe. A parcel is two messages, its label and its weight: a lock keeps them
// together. `pipe_consumers.ts [thread|process]`
import process from "node:process";
import { type Connection, EOFError, Lock, Pipe, Pool, task } from "@pool/core";

type Receiver = Connection<string | number, never>;

/** Takes parcels until there are no more. */
export const unload = task(import.meta, async function unload(belt: Receiver, lock: Lock) {
  await using _belt = belt;
  const parcels: string[] = [];
  for (;;) {
    await using _held = await lock.acquire();
    try {
      parcels.push(`${await belt.recv()} weighs ${await belt.recv()}`);
    } catch (error) {
      if (error instanceof EOFError) return parcels;
      throw error;
    }
  }
});

if (import.meta.main) {
  const backend = process.argv[2] === "process" ? "process" : "thread";
  const [belt, loader] = Pipe<string | number>({ duplex: false });
  const lock = new Lock();
  await using pool = new Pool({ workers: 3, backend });

  const belts = [await belt.duplicate(), await belt.duplicate(), belt];
  const unloaded = belts.map((belt) => pool.apply(unload, [belt, lock]));
  for (let i = 100; i < 200; i++) {
    await loader.send(`parcel ${i}`);
    await loader.send(i);
  }
  await loader.close();

  const parcels = (await Promise.all(unloaded)).flat().sort();
  console.log(parcels.length, "parcels");
  console.log(parcels[0]);
  console.log("none mixed up:", parcels.every((parcel, i) => parcel.endsWith(` ${100 + i}`)));
}
// 100 parcels
// parcel 100 weighs 100
// none mixed up: true
