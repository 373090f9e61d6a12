import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { ChunkSize } from "../../src/multiprocessing/chunk_size.ts";
import { known } from "./fake_lanes.ts";

/** The sizes of all chunks of so many items, where no call takes longer than was thought. */
function sizes(size: ChunkSize, items: number): number[] {
  const all: number[] = [];
  for (let left = items; left > 0; left -= all.at(-1)!) all.push(size.next(left));
  return all;
}

describe("ChunkSize", () => {
  it("items of a function that nobody has measured go one by one", () => {
    const size = new ChunkSize(undefined, { fn: known(), workers: 2 });
    assertEquals(sizes(size, 100), Array.from({ length: 100 }, () => 1));
  });

  it("chunks grow to a millisecond's worth, each at most eight times the one before", () => {
    const size = new ChunkSize(undefined, { fn: known(0.0001), workers: 2 });
    const all = sizes(size, 1_000_000);
    assertEquals(all.slice(0, 6), [8, 64, 512, 4096, 10_000, 10_000]);
    assertEquals(Math.max(...all), 10_000);
  });

  it("chunks shrink at the end, not below a tenth of a millisecond or a thousandth of all", () => {
    for (const [estimate, least] of [[0.0001, 976], [0.001, 100]] as const) {
      const size = new ChunkSize(undefined, { fn: known(estimate), workers: 2 });
      const all = sizes(size, 1_000_000);
      assert(all.slice(10, -1).every((one) => one >= least), `${all.slice(-12)}`);
      assert(all.at(-2)! < 2 * least, `${all.slice(-12)}`);
      assertEquals(all.reduce((sum, one) => sum + one), 1_000_000);
    }
    const few = new ChunkSize(undefined, { fn: known(0.0001), workers: 2 });
    assertEquals(sizes(few, 200).slice(-4), [1, 1, 1, 1]);
  });

  it("long calls go one by one however many are left", () => {
    const size = new ChunkSize(undefined, { fn: known(30), workers: 2 });
    assertEquals(sizes(size, 64), Array.from({ length: 64 }, () => 1));
  });

  it("a fixed size is Python's: the same for all but the last", () => {
    const size = new ChunkSize(40, { fn: known(0.0001), workers: 2 });
    assertEquals(sizes(size, 100), [40, 40, 20]);
  });

  it("mayAdd() counts chunks, and more of them while they are small", () => {
    const fn = known();
    const size = new ChunkSize(undefined, { fn, workers: 2 });
    const most = (items: number): number => {
      let chunks = 0;
      while (size.mayAdd(chunks, chunks * items)) chunks++;
      return chunks;
    };
    assertEquals(most(1), 6);
    fn.estimate = 0.001;
    assertEquals([most(1), most(500), most(1000), most(5000)], [16, 12, 6, 6]);
    const fixed = new ChunkSize(100, { fn, workers: 2 });
    assert(fixed.mayAdd(39, 3900) && !fixed.mayAdd(40, 4000));
    const large = new ChunkSize(10_000, { fn, workers: 2 });
    assert(large.mayAdd(3, 30_000) && !large.mayAdd(4, 40_000));
  });
});
