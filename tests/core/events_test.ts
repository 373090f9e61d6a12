import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { type PoolEvent, PoolEvents } from "../../src/core/events.ts";

const EVENT: PoolEvent = { type: "workerUp", time: 0, workerId: 1 };

describe("PoolEvents", () => {
  it("emit() ends also where listeners subscribe again, which hear the next event", () => {
    const events = new PoolEvents();
    let heard = 0;
    const listen = (): void => {
      const stop = events.subscribe(() => {
        if (++heard > 10) throw new Error("heard the same event again");
        stop();
        listen();
      });
    };
    listen();
    events.emit(EVENT);
    assertEquals(heard, 1);
    events.emit(EVENT);
    assertEquals(heard, 2);
    assert(events.active);
  });

  it("emit() tells nobody whom a listener before it has ended", () => {
    const events = new PoolEvents();
    const heard: string[] = [];
    const stops = ["a", "b", "c"].map((name) =>
      events.subscribe(() => {
        heard.push(name);
        stops[1]!();
      })
    );
    events.emit(EVENT);
    assertEquals(heard, ["a", "c"]);
    for (const stop of stops) stop();
    assert(!events.active);
  });
});
