import { assert, assertEquals, assertFalse } from "@std/assert";
import { describe, it } from "node:test";
import { ByteRing } from "../../src/multiprocessing/sharing/byte_ring.ts";
import type { Message } from "../../src/multiprocessing/sharing/packer.ts";
import { RingReader } from "../../src/multiprocessing/sharing/ring_reader.ts";

const HEAD = 64;

/** A message whose bytes tell its seed. */
function messageOf(seed: number, headLength: number, ...sizes: number[]): Message {
  let next = seed;
  const bytesOf = (length: number) => Uint8Array.from({ length }, () => next++ & 255);
  const head = bytesOf(headLength);
  const rest = sizes.map(bytesOf);
  return { head, headLength, rest, length: next - seed };
}

function createRing(capacity = 1024) {
  const ring = ByteRing.make(capacity);
  const head = new Uint8Array(HEAD);
  return { ring, head, reader: new RingReader(ring, head) };
}

/** The bytes of the message that a reader has found. */
function bytesOf(head: Uint8Array, { headLength, rest }: RingReader): number[] {
  return [...head.subarray(0, headLength), ...rest ?? []];
}

const expected = (seed: number, length: number): number[] =>
  Array.from({ length }, (_, i) => seed + i & 255);

describe("ByteRing", () => {
  it("messages come out in order, whole and with their tags, however they lie in the ring", () => {
    const { ring, head, reader } = createRing();
    const waiting: [number, number][] = [];
    let written = 0, read = 0;
    for (let round = 0; read < 5000; round++) {
      const size = 1 + (round * 37) % 60, behind = [(round * 53) % 100, (round * 29) % 200];
      const message = messageOf(round, size, ...behind);
      if (ring.write(message, round, 0) > 0) {
        waiting.push([round, message.length]);
        written++;
        continue;
      }
      assert(waiting.length > 0, "an empty ring takes every message");
      for (let i = 0; i <= round % 5 && waiting.length > 0; i++) {
        const [seed, length] = waiting.shift()!;
        assertEquals(ring.nextTag, seed);
        assertEquals(reader.read(), "message");
        assertEquals(reader.tag, seed);
        assertEquals(bytesOf(head, reader), expected(seed, length));
        read++;
      }
    }
    assertEquals(written, read + waiting.length);
  });

  it("the counters may pass 2^31 and 2^32", () => {
    for (const start of [2 ** 31 - 64, 2 ** 32 - 64]) {
      const { ring, head, reader } = createRing(256);
      const words = new Int32Array(ring.memory);
      words[0] = start;
      words[16] = start;
      for (let i = 0; i < 50; i++) {
        assertEquals(ring.write(messageOf(i, 10, 30), i, 0), 40);
        assertEquals(reader.read(), "message");
        assertEquals(bytesOf(head, reader), expected(i, 40));
      }
      assert(ring.isEmpty);
    }
  });

  it("write() takes nothing where there is no room, and all of it when there is", () => {
    const { ring, reader } = createRing(256);
    const message = messageOf(1, 10, 80);
    assertEquals(ring.sizeNow(message, 0), 90);
    assertEquals(ring.write(message, 1, 0), 90);
    assertEquals(ring.write(message, 2, 0), 90);
    assertEquals(ring.sizeNow(message, 0), 0);
    assertEquals(ring.write(message, 3, 0), 0);
    assertEquals(ring.used, 240);
    reader.read();
    assertEquals(ring.write(message, 3, 0), 90);
  });

  it("a message of any size passes a small ring in parts", () => {
    for (const [headLength, ...sizes] of [[1, 10_000], [60, 5000, 1, 0, 7000], [64, 200]]) {
      const { ring, head, reader } = createRing(256);
      const message = messageOf(9, headLength!, ...sizes);
      let sent = 0;
      while (sent < message.length) {
        const now = ring.write(message, 5, sent);
        assert(now > sent);
        sent = now;
        const found = reader.read();
        assertEquals(found, sent < message.length ? "part" : "message");
        assertEquals(reader.isMidway, sent < message.length);
        if (reader.isMidway) head.fill(0);
      }
      assertEquals(bytesOf(head, reader), expected(9, message.length));
      assert(ring.isEmpty);
    }
  });

  it("the parts of a writer that died are dropped when another begins", () => {
    const { ring, head, reader } = createRing(256);
    const sent = ring.write(messageOf(1, 10, 5000), 1, 0);
    assert(sent > 0);
    assertEquals(reader.read(), "part");
    ring.write(messageOf(2, 10, 20), 2, 0);
    assertEquals(reader.read(), "message");
    assertEquals(bytesOf(head, reader), expected(2, 30));
    assertFalse(reader.isMidway);
  });

  it("the parts that a dead reader left are passed over by the next", () => {
    const { ring, head, reader } = createRing(256);
    const message = messageOf(1, 10, 300);
    let sent = ring.write(message, 1, 0);
    assertEquals(reader.read(), "part");
    const heir = new RingReader(ring, head);
    while (sent < message.length) {
      sent = ring.write(message, 1, sent);
      assertEquals(heir.read(), "nothing");
    }
    ring.write(messageOf(3, 5), 3, 0);
    assertEquals(heir.read(), "message");
    assertEquals(bytesOf(head, heir), expected(3, 5));
  });

  it("drop() forgets the parts of a message", () => {
    const { ring, reader } = createRing(256);
    ring.write(messageOf(1, 10, 5000), 1, 0);
    assertEquals(reader.read(), "part");
    reader.drop();
    assertFalse(reader.isMidway);
    assertEquals(reader.read(), "nothing");
  });
});
