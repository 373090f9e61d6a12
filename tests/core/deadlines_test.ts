import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { Deadlines } from "../../src/core/deadlines.ts";
import { FakeClock } from "./fake_host.ts";

describe("Deadlines", () => {
  it("add() calls back in time, in order, once", async () => {
    const clock = new FakeClock();
    const deadlines = new Deadlines(clock);
    const calls: string[] = [];
    deadlines.add(20, () => calls.push("late"));
    deadlines.add(10, () => calls.push("a"));
    await clock.advance(5);
    deadlines.add(10, () => calls.push("b"));
    await clock.advance(4);
    assertEquals(calls, []);
    await clock.advance(1);
    assertEquals(calls, ["a"]);
    await clock.advance(100);
    assertEquals(calls, ["a", "b", "late"]);
    assertEquals(clock.pending, 0);
  });

  it("add() sets one timer for 10,000 deadlines of one duration", async () => {
    const clock = new FakeClock();
    const deadlines = new Deadlines(clock);
    let calls = 0;
    for (let i = 0; i < 10_000; i++) deadlines.add(50, () => calls++);
    assertEquals([clock.pending, clock.set], [1, 1]);
    await clock.advance(50);
    assertEquals([calls, clock.pending], [10_000, 0]);
  });

  it("a host that was busy has a moment to hear what came meanwhile; one moment, not more", async () => {
    const clock = new FakeClock();
    const deadlines = new Deadlines(clock);
    const calls: string[] = [];
    deadlines.add(50, () => calls.push("missed"));
    const heard = deadlines.add(50, () => calls.push("heard"));
    clock.block(500);
    await clock.advance(4);
    assertEquals(calls, []);
    deadlines.remove(heard);
    clock.block(500);
    await clock.advance(1);
    assertEquals([calls, clock.pending], [["missed"], 0]);
  });

  it("remove() leaves no timer behind, and is harmless afterwards", async () => {
    const clock = new FakeClock();
    const deadlines = new Deadlines(clock);
    const calls: number[] = [];
    const removed = [1, 2, 3].map((n) => deadlines.add(10, () => calls.push(n)));
    const kept = deadlines.add(10, () => calls.push(4));
    for (const deadline of removed) deadlines.remove(deadline);
    assertEquals(clock.pending, 1);
    await clock.advance(10);
    assertEquals(calls, [4]);
    deadlines.remove(kept);
    deadlines.remove(removed[0]!);
    const last = deadlines.add(10, () => calls.push(5));
    deadlines.remove(last);
    assertEquals(clock.pending, 0);
  });

  it("add() from inside a callback starts a new time", async () => {
    const clock = new FakeClock();
    const deadlines = new Deadlines(clock);
    const calls: number[] = [];
    deadlines.add(10, () => {
      calls.push(clock.now());
      deadlines.add(10, () => calls.push(clock.now()));
    });
    const start = clock.now();
    await clock.advance(15);
    assertEquals(calls, [start + 10]);
    await clock.advance(5);
    assertEquals(calls, [start + 10, start + 20]);
    assertEquals(clock.pending, 0);
  });

  it("remove() from inside a callback stops a deadline of the same time", async () => {
    const clock = new FakeClock();
    const deadlines = new Deadlines(clock);
    const calls: number[] = [];
    deadlines.add(10, () => {
      calls.push(1);
      deadlines.remove(second);
    });
    const second = deadlines.add(10, () => calls.push(2));
    await clock.advance(50);
    assertEquals([calls, clock.pending], [[1], 0]);
  });

  it("add() takes durations beyond the longest timer", async () => {
    const clock = new FakeClock();
    const deadlines = new Deadlines(clock);
    let calls = 0;
    const month = 31 * 24 * 3600 * 1000;
    deadlines.add(month, () => calls++);
    await clock.advance(month - 1);
    assertEquals(calls, 0);
    await clock.advance(1);
    assertEquals([calls, clock.pending], [1, 0]);
  });

  it("clear() stops all timers", async () => {
    const clock = new FakeClock();
    const deadlines = new Deadlines(clock);
    let calls = 0;
    for (const duration of [1, 2, 3]) deadlines.add(duration, () => calls++);
    deadlines.clear();
    assertEquals(clock.pending, 0);
    await clock.advance(10);
    assertEquals(calls, 0);
  });
});
