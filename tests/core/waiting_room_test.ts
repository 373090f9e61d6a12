import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { WaitingRoom } from "../../src/core/waiting_room.ts";
import { makeJob } from "./fake_lanes.ts";

function makeRoom(seats: number): WaitingRoom {
  return new WaitingRoom(seats, { filled() {}, emptied() {} });
}

describe("WaitingRoom", () => {
  it("seatOf() is the same for a key each time, and spreads keys over all seats", () => {
    const room = makeRoom(4);
    const keys = Array.from({ length: 200 }, (_, n) => `key ${n}`);
    const seats = keys.map((key) => room.seatOf(key));
    assertEquals(keys.map((key) => room.seatOf(key)), seats);
    assertEquals(new Set(seats), new Set([0, 1, 2, 3]));
    assertEquals(makeRoom(1).seatOf("any"), 0);
  });

  it("next() sees common jobs only; nextFor() the seat's, unless a common one goes before", () => {
    const room = makeRoom(1);
    const keyed = makeJob({ key: "a" }), common = makeJob();
    room.add(keyed);
    assertEquals([room.next(), room.nextFor(0), room.nextFor(1)], [undefined, keyed, undefined]);
    room.add(common);
    assertEquals([room.next(), room.nextFor(0)], [common, keyed]);
    const urgent = makeJob({ priority: 1 });
    room.add(urgent);
    assertEquals(room.nextFor(0), urgent);
    assertEquals([room.size, room.common], [3, 2]);
  });

  it("remove() finds a job in each of its lines", () => {
    const room = makeRoom(2);
    const jobs = [makeJob(), makeJob({ key: "a" }), makeJob()];
    room.add(jobs[0]!);
    room.add(jobs[1]!);
    room.addToLobby(jobs[2]!);
    assertEquals([room.size, room.lobby], [3, 1]);
    for (const job of jobs) room.remove(job);
    assertEquals([room.size, room.lobby, room.common], [0, 0, 0]);
    room.remove(jobs[0]!);
    assertEquals(room.size, 0);
  });

  it("admit() empties the lobby in order", () => {
    const room = makeRoom(1);
    const first = makeJob(), second = makeJob();
    room.addToLobby(first);
    room.addToLobby(second);
    assertEquals([room.admit(), room.admit(), room.admit()], [first, second, undefined]);
  });

  it("wantedSeats() names the seats for whose keys jobs wait", () => {
    const room = makeRoom(4);
    assertEquals(room.wantedSeats(), []);
    const job = makeJob({ key: "a" });
    room.add(job);
    assertEquals(room.wantedSeats(), [room.seatOf("a")]);
    room.remove(job);
    assertEquals(room.wantedSeats(), []);
  });

  it("takeAll() gives every job once, and none afterwards", () => {
    const room = makeRoom(3);
    const jobs = Array.from({ length: 9 }, (_, n) => makeJob(n % 3 === 0 ? {} : { key: `${n}` }));
    for (const job of jobs) room.add(job);
    room.addToLobby(jobs[9] = makeJob());
    assertEquals(new Set(room.takeAll()), new Set(jobs));
    assert(room.takeAll().length === 0 && room.size === 0);
  });
});
