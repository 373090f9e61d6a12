import { type Context, expect, time, type Turn } from "./workload.ts";

/** An object of about 1 KB of JSON, there and back, all calls at once. */
export async function object({ open, quick }: Context): Promise<Turn> {
  const count = quick ? 2_000 : 10_000;
  const subject = await open(2);
  const run = async (calls: number) => {
    const results = await Promise.all(
      Array.from({ length: calls }, (_, id) => subject.call("echo", makeRecord(id))),
    ) as Order[];
    expect(results.every((order, id) => order.id === id), "an object came back to another call");
    expect(results[calls - 1].lines.length === 8, "an object lost its inside");
  };
  await run(500);
  return async () => ({ "1KB": count / await time(() => run(count)) * 1000 });
}

type Order = ReturnType<typeof makeRecord>;

/** An order as a shop might send it. */
export function makeRecord(id: number) {
  return {
    id,
    customer: { name: "Ada Lovelace", email: "ada@example.org", tags: ["new", "paper", "post"] },
    paid: true,
    total: 1234.5,
    note: "Leave it with the neighbours when nobody opens; ring twice, the bell is quiet.",
    lines: Array.from({ length: 8 }, (_, line) => ({
      sku: `SKU-${1000 + line}-${line * 7919}`,
      title: "A thing with a middling title",
      count: line + 1,
      price: 9.5 * line,
    })),
  };
}
