/** How long the objects of a manager live, with a clock and realms of the test. */
import { describe, it } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { InvalidStateError } from "@pool/core";
import type { Clock } from "../src/core/backend.ts";
import { DICT } from "../src/multiprocessing/manager/dict_proxy.ts";
import { ManagedDict } from "../src/multiprocessing/manager/managed_dict.ts";
import { ManagedObject } from "../src/multiprocessing/manager/managed_object.ts";
import { ManagerServer } from "../src/multiprocessing/manager/manager_server.ts";
import { Shelf } from "../src/multiprocessing/manager/shelf.ts";
import { livingRealms } from "../src/protocol/living_realms.ts";

class TestClock implements Clock {
  #now = 0;
  #timers: { readonly at: number; readonly callback: () => void }[] = [];

  now = (): number => this.#now;

  setTimeout = (callback: () => void, milliseconds: number): unknown =>
    this.#timers.push({ at: this.#now + milliseconds, callback });

  clearTimeout(): void {}

  get timers(): number {
    return this.#timers.length;
  }

  pass(seconds: number): void {
    for (const end = this.#now + 1000 * seconds; this.#now < end;) {
      this.#now += 100;
      const due = this.#timers.filter(({ at }) => at <= this.#now);
      this.#timers = this.#timers.filter(({ at }) => at > this.#now);
      for (const { callback } of due) callback();
    }
  }
}

let lastNumber = 0;

function setUp() {
  const clock = new TestClock();
  const shelf = new Shelf("Manager of a test", clock);
  const realms = livingRealms();
  const [a, b] = [realms.enter(), realms.enter()];
  const object = new ManagedObject(`test ${++lastNumber}`, DICT, new ManagedDict([]), shelf);
  return { clock, shelf, realms, a, b, object, id: object.id };
}

describe("Shelf", () => {
  it("keeps what a realm holds, and lets go of it some seconds after the last hold", () => {
    const { clock, shelf, a, b, object, id } = setUp();
    object.parts();
    shelf.account(a, [id], []);
    shelf.account(b, [id, id], []);
    clock.pass(1000);
    shelf.account(a, [], [[id, 0, 1]]);
    shelf.account(b, [], [[id, 0, 1]]);
    clock.pass(1000);
    assertEquals(shelf.get(id, "get"), object);
    shelf.account(b, [], [[id, 0, 0]]);
    clock.pass(8);
    assertEquals(shelf.size, 1);
    clock.pass(4);
    assertEquals(shelf.size, 0);
    assertThrows(() => shelf.get(id, "get"), InvalidStateError, "Cannot get test");
    clock.pass(2);
    assertEquals(clock.timers, 0);
  });

  it("keeps what may be on its way much longer", () => {
    const { clock, shelf, a, object, id } = setUp();
    object.parts();
    clock.pass(500);
    shelf.account(a, [id], []);
    shelf.account(a, [], [[id, 3, 1]]);
    clock.pass(500);
    assertEquals(shelf.size, 1);
    clock.pass(200);
    assertEquals(shelf.size, 0);
  });

  it("what dead realms held is nobody's", () => {
    const { clock, shelf, realms, a, b, object, id } = setUp();
    object.parts();
    shelf.account(a, [id, id], []);
    shelf.account(b, [id], []);
    shelf.account(b, [], [[id, 0, 1]]);
    clock.pass(100);
    assertEquals(shelf.size, 1);
    realms.leave(a);
    clock.pass(15);
    assertEquals(shelf.size, 0);
  });

  it("takes an object again that is sent again", () => {
    const { clock, shelf, a, object, id } = setUp();
    object.parts();
    clock.pass(700);
    assertEquals(shelf.size, 0);
    object.parts();
    shelf.account(a, [id], []);
    clock.pass(700);
    assertEquals(shelf.size, 1);
  });

  it("a release that comes without a hold changes nothing", () => {
    const { shelf, a, b, object, id } = setUp();
    object.parts();
    shelf.account(a, [id], []);
    shelf.account(b, [], [[id, 0, 1], ["unknown", 1, 1]]);
    assertEquals(object.holds, 1);
  });
});

describe("ManagerServer", () => {
  it("keeps no answers for realms that have ended", () => {
    const server = new ManagerServer("Manager of a test", false);
    const ended = livingRealms().enter(), living = livingRealms().enter();
    server.keep(ended, { value: 1 });
    livingRealms().leave(ended);
    server.keep(living, { value: 2 });
    let collected: unknown;
    try {
      collected = server.as(ended).collect();
    } catch {
      // There is nothing.
    }
    assertEquals(collected, undefined);
    assertEquals(server.as(living).collect(), 2);
    livingRealms().leave(living);
    server.shutdown();
  });
});
