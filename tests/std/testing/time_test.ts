import { describe, it } from "node:test";
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { FakeTime, TimeError } from "@std/testing/time";

describe("FakeTime", () => {
  it("stops Date and moves it by tick()", () => {
    using time = new FakeTime(1000);
    assertEquals(Date.now(), 1000);
    time.tick(500);
    assertEquals(new Date().getTime(), 1500);
    assertEquals(time.now, 1500);
    assertEquals(time.start, 1000);
    assert(new Date(5) instanceof Date);
  });

  it("runs timeouts in the order in which they are due, with their arguments", () => {
    using time = new FakeTime();
    const seen: string[] = [];
    setTimeout((name: string) => seen.push(name), 20, "late");
    setTimeout(() => {
      seen.push("early");
      setTimeout(() => seen.push("nested"), 5);
    }, 10);
    clearTimeout(setTimeout(() => seen.push("never"), 1));
    time.tick(9);
    assertEquals(seen, []);
    time.tick(11);
    assertEquals(seen, ["early", "nested", "late"]);
  });

  it("repeats intervals until they are cleared", () => {
    using time = new FakeTime();
    let runs = 0;
    const id = setInterval(() => runs++, 10);
    time.tick(35);
    assertEquals(runs, 3);
    clearInterval(id);
    time.tick(100);
    assertEquals(runs, 3);
  });

  it("next() goes from timer to timer", () => {
    using time = new FakeTime(0);
    setTimeout(() => {}, 10);
    setTimeout(() => {}, 30);
    assertEquals([time.next(), Date.now()], [true, 10]);
    assertEquals([time.next(), Date.now()], [true, 30]);
    assertEquals(time.next(), false);
  });

  it("tickAsync() lets promises go on", async () => {
    using time = new FakeTime();
    let done = false;
    const work = (async () => {
      await Promise.resolve();
      await new Promise((resolve) => setTimeout(resolve, 1000));
      done = true;
    })();
    await time.tickAsync(1000);
    await work;
    assert(done);
  });

  it("restores the real functions and refuses to be faked twice", () => {
    const real = setTimeout;
    const time = new FakeTime();
    assertThrows(() => new FakeTime(), TimeError);
    time.restore();
    assertStrictEquals(setTimeout, real);
    assertThrows(() => time.restore(), TimeError);
  });

  it("refuses to go back", () => {
    using time = new FakeTime(1000);
    assertThrows(() => {
      time.now = 0;
    }, Error);
  });
});
