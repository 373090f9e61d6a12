import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { type HandleNews, Offers } from "../../src/protocol/offers.ts";
import { collectGarbage } from "../collect_garbage.ts";

const service = { as: () => ({}) };

/** Offers of realm `0`, with one whose owner is collected, and what was withdrawn of them. */
async function orphan(learnBefore: readonly [string, HandleNews][]) {
  const withdrawn: string[] = [];
  const offers = new Offers("0", (id) => withdrawn.push(id));
  (() => offers.offer("lock", service, {}))();
  for (const [from, news] of learnBefore) offers.learn(from, news);
  for (let tries = 0; tries < 5; tries++) await collectGarbage();
  return { offers, withdrawn };
}

function pass(number: string, step: "left" | "came" | "dropped", held?: 1): HandleNews {
  return { id: "lock", pass: { number, step }, ...(held && { held }) };
}

describe("Offers", () => {
  it("withdraws what nobody has and nothing is on its way", async () => {
    assertEquals((await orphan([])).withdrawn, ["lock"]);
  });

  it("keeps what has no owner", () => {
    const withdrawn: string[] = [];
    const offers = new Offers("0", (id) => withdrawn.push(id));
    offers.offer("manager", service);
    offers.gone("0.p1");
    assertEquals([withdrawn, offers.find("manager")], [[], service]);
    offers.withdraw("manager");
    assertEquals([withdrawn, offers.size], [["manager"], 0]);
  });

  it("keeps what is on its way, until it is dropped or those who got it let go", async () => {
    const { offers, withdrawn } = await orphan([["0", pass("0/1", "left")]]);
    assertEquals(withdrawn, []);
    offers.learn("0.p1", pass("0/1", "came", 1));
    offers.learn("0", pass("0/1", "dropped"));
    assertEquals(withdrawn, []);
    offers.learn("0.p1", { id: "lock", held: -1 });
    assertEquals(withdrawn, ["lock"]);
    const dropped = await orphan([["0", pass("0/1", "left")]]);
    dropped.offers.learn("0", pass("0/1", "dropped"));
    assertEquals(dropped.withdrawn, ["lock"]);
  });

  it("counts what came to somebody before its sender could say that it left", async () => {
    const { offers, withdrawn } = await orphan([["0.p1", { id: "lock", held: 1 }]]);
    offers.learn("0.p2", pass("0.p1/1", "came", 1));
    offers.learn("0.p1", pass("0.p1/1", "left"));
    offers.learn("0.p1", { id: "lock", held: -1 });
    assertEquals(withdrawn, []);
    offers.learn("0.p2", { id: "lock", held: -1 });
    assertEquals(withdrawn, ["lock"]);
  });

  it("forgets what a dead realm, and those within it, held", async () => {
    const { offers, withdrawn } = await orphan([
      ["0.p1", { id: "lock", held: 1 }],
      ["0.p1.t2", { id: "lock", held: 1 }],
      ["0.p10", { id: "lock", held: 1 }],
    ]);
    offers.gone("0.p1");
    assertEquals(withdrawn, []);
    offers.gone("0.p10");
    assertEquals([withdrawn, offers.find("lock")], [["lock"], undefined]);
  });
});
