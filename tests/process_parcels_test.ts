/** Large parts of messages between processes, by way of the file that both have open. */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { after, describe } from "node:test";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assert, assertEquals } from "@std/assert";
import { Pool, WorkerDiedError } from "@pool/core";
import { CellFile, TOKEN_BYTES } from "../src/adapters/process/cell_file.ts";
import { type Direction, ParcelReader, ParcelWriter } from "../src/adapters/process/parcels.ts";
import { it } from "./conformance/bounded.ts";
import { rejection } from "./conformance/rejection.ts";
import * as tasks from "./tasks/parcels.ts";

const KiB = 1024, MiB = 1024 * KiB;
const DIRECTIONS: readonly Direction[] = ["fromHost", "fromChild"];

/** Looks at a byte of each page, and at the last one. */
function isFilled(bytes: Uint8Array, fill: number): boolean {
  for (let at = 0; at < bytes.byteLength; at += 4 * KiB) if (bytes[at] !== fill) return false;
  return bytes.byteLength === 0 || bytes.at(-1) === fill;
}

describe("parcels", () => {
  const folder = mkdtempSync(join(tmpdir(), "parcels-"));
  let count = 0;
  after(() => rmSync(folder, { recursive: true }));

  /** Both processes' views of a file. */
  function open(): { readonly here: CellFile; readonly there: CellFile; readonly path: string } {
    const path = join(folder, String(count++));
    const here = CellFile.create(path, new Uint8Array(TOKEN_BYTES).fill(1));
    const there = CellFile.open(path);
    after(() => {
      here.close();
      there.close();
    });
    return { here, there, path };
  }

  it("parts arrive as they were put down, while there is room, over many rounds", () => {
    const { here, there } = open();
    const lines = DIRECTIONS.map((direction) => ({
      writer: new ParcelWriter(here, direction),
      reader: new ParcelReader(there, direction),
      waiting: [] as { place: number; size: number; fill: number }[],
      refused: 0,
    }));
    let random = 1;
    const next = (below: number): number => {
      random = (random * 48271) % 2147483647;
      return random % below;
    };
    for (let round = 0; round < 400; round++) {
      for (const line of lines) {
        const size = 64 * KiB + next(900 * KiB), fill = round % 251;
        const place = line.writer.put(new Uint8Array(size).fill(fill));
        if (place === undefined) line.refused++;
        else line.waiting.push({ place, size, fill });
        const fetched = place === undefined ? 3 : next(2);
        for (const parcel of line.waiting.splice(0, fetched)) {
          const part = line.reader.fetch(parcel.place, parcel.size);
          assertEquals(part.byteLength, parcel.size);
          assert(isFilled(part, parcel.fill), `round ${round}`);
        }
      }
    }
    assert(lines.every(({ refused }) => refused > 0 && refused < 200));
  });

  it("parts are fetched where the disk has no room to say so", () => {
    const { here, there } = open();
    let full = true;
    const file = {
      read: (into: Uint8Array, position: number) => there.read(into, position),
      write: (bytes: Uint8Array, position: number) => {
        if (full) throw new Error("ENOSPC");
        there.write(bytes, position);
      },
    } as CellFile;
    const writer = new ParcelWriter(here, "fromHost"), reader = new ParcelReader(file, "fromHost");
    for (let round = 0; round < 8; round++) {
      const place = writer.put(new Uint8Array(MiB).fill(round))!;
      full = round < 7;
      assert(isFilled(reader.fetch(place, MiB), round));
    }
    assertEquals(writer.put(new Uint8Array(MiB)), 0);
  });

  it("a full ring takes nothing more, until something was fetched", () => {
    const { here, there } = open();
    const writer = new ParcelWriter(here, "fromHost"), reader = new ParcelReader(there, "fromHost");
    const part = new Uint8Array(MiB);
    const places: number[] = [];
    for (let place = writer.put(part); place !== undefined; place = writer.put(part)) {
      places.push(place);
    }
    assertEquals(places, [...places.keys()].map((n) => n * MiB));
    assertEquals(places.length, 8);
    reader.fetch(places[0]!, MiB);
    assertEquals(writer.put(part), 0);
    assertEquals(writer.put(part), undefined);
  });

  it("what is small or larger than half of the ring goes by the stream", () => {
    const { here, path } = open();
    const writer = new ParcelWriter(here, "fromChild");
    for (const size of [0, 1, 64 * KiB - 1, 4 * MiB + 1, 100 * MiB]) {
      assertEquals(writer.put(new Uint8Array(size)), undefined);
    }
    assert(statSync(path).size < MiB, "the file holds what was used of it");
  });

  it("a file that cannot be written leaves the stream", () => {
    const file = CellFile.create(join(folder, "closed"), new Uint8Array(TOKEN_BYTES));
    const writer = new ParcelWriter(file, "fromHost");
    file.close();
    assertEquals(writer.put(new Uint8Array(MiB)), undefined);
  });
});

describe("large values of child processes", () => {
  it("of all sizes, many at once, in both directions, arrive whole and in order", async () => {
    await using pool = new Pool({ workers: 2, backend: "process" });
    const sizes = Array.from({ length: 60 }, (_, n) => (n * 397 * KiB + n) % (5 * MiB));
    const calls = sizes.map((size, n) => {
      return pool.apply(tasks.turnRound, [new Uint8Array(size).fill(n), "x".repeat(n * 10 * KiB)]);
    });
    for (const [n, { bytes, text, sum }] of (await Promise.all(calls)).entries()) {
      assertEquals([bytes.byteLength, text.length, sum], [sizes[n], n * 10 * KiB, sizes[n]! * n]);
      assert(isFilled(bytes, 255 - n));
    }
  });

  it("the caller may change what it has sent at once", async () => {
    await using pool = new Pool({ workers: 1, backend: "process" });
    const bytes = new Uint8Array(MiB).fill(1);
    const call = pool.apply(tasks.turnRound, [bytes, ""]);
    bytes.fill(2);
    assertEquals((await call).sum, MiB);
  });

  it("that a child gives in the turn of its exit are not lost", async () => {
    await using pool = new Pool({ workers: 1, backend: "process" });
    for (let round = 0; round < 5; round++) {
      const given = pool.apply(tasks.giveAndExit, [MiB + round]);
      assertEquals((await given).byteLength, MiB + round);
    }
  });

  it("on their way to a child that is killed harm no other call", async () => {
    await using pool = new Pool({ workers: 2, backend: "process" });
    const bytes = new Uint8Array(2 * MiB).fill(3);
    const calls = Array.from({ length: 12 }, (_, n) => {
      return n % 4 === 0
        ? rejection(pool.apply(tasks.die, [bytes]))
        : pool.apply(tasks.turnRound, [bytes, ""]);
    });
    for (const [n, end] of (await Promise.all(calls)).entries()) {
      if (n % 4 === 0) assert(end instanceof WorkerDiedError);
      else assertEquals((end as { readonly sum: number }).sum, 6 * MiB);
    }
  });
});
