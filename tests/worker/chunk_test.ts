import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { describe, it } from "node:test";
import { type MixedChunk, Outcome } from "../../src/protocol/messages.ts";
import { revive } from "../../src/protocol/revive.ts";
import { ChunkRun } from "../../src/worker/chunk.ts";

const LENGTH = 100;

/** What an item gives that is no integer. */
const OTHERS: Record<string, () => unknown> = {
  "a fraction": () => 0.5,
  "-0": () => -0,
  "NaN": () => NaN,
  "an integer of more than 32 bits": () => 2 ** 31,
  "a bigint": () => 1n,
  "a text": () => "1",
  "undefined": () => undefined,
  "an object": () => ({ x: [1] }),
  "a promise": () => Promise.resolve(7),
  "an error": () => {
    throw new RangeError("not this one");
  },
  "a rejection": () => Promise.reject(new RangeError("not this one")),
};

/** The results of items that are told which they are, each as it would be alone. */
async function run(
  give: (index: number) => unknown,
): Promise<{ outcomes: unknown[]; begun: number[] }> {
  const begun: number[] = [];
  const claims = { beginItem: (_cell: number, item: number) => void begun.push(item) };
  const items = Array.from({ length: LENGTH }, (_, i) => i);
  const chunk = new ChunkRun(items, {
    call: (item) => give(item as number),
    claims: claims as never,
    cell: 0,
    inline: false,
  });
  const { outcome, payload } = (await chunk.run()).answer();
  if (outcome === Outcome.text) return { outcomes: JSON.parse(payload as string), begun };
  if (outcome !== Outcome.mixed) return { outcomes: [...payload as Iterable<unknown>], begun };
  const { values, failed } = payload as MixedChunk;
  for (const place of failed) values[place] = revive(values[place]);
  return { outcomes: values, begun };
}

describe("ChunkRun", () => {
  for (const [name, other] of Object.entries(OTHERS)) {
    it(`gives each item its own result where one gives ${name}`, async () => {
      for (const usual of [(i: number) => i, (i: number) => i + 0.25]) {
        for (const places of [[0], [1], [50], [99], [50, 51], [0, 99]]) {
          const { outcomes, begun } = await run((i) => places.includes(i) ? other() : usual(i));
          assertEquals(begun, Array.from({ length: LENGTH }, (_, i) => i));
          assertEquals(outcomes.length, LENGTH);
          for (let i = 0; i < LENGTH; i++) {
            if (!places.includes(i)) assertEquals(outcomes[i], usual(i), `item ${i}`);
            else if (/error|rejection/.test(name)) assertInstanceOf(outcomes[i], RangeError);
            else assert(Object.is(outcomes[i], await other()) || typeof outcomes[i] === "object");
          }
        }
      }
    });
  }

  it("sends integers in four bytes, and other numbers in eight", async () => {
    const payload = async (give: (i: number) => unknown) => {
      const options = { call: give as never, claims: undefined, cell: 0, inline: false };
      const items = Array.from({ length: LENGTH }, (_, i) => i);
      return (await new ChunkRun(items, options).run()).answer().payload;
    };
    assertInstanceOf(await payload((i) => -i | 0), Int32Array);
    assertInstanceOf(await payload((i) => i === 70 ? 2 ** 40 : i), Float64Array);
    assertInstanceOf(await payload((i) => i === 70 ? Promise.resolve(i) : i), Int32Array);
  });
});
