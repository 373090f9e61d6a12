import { describe, it } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import {
  checkPart,
  type Frame,
  frameParts,
  FrameReader,
  LARGEST_PART,
} from "../../src/protocol/frames.ts";

type Store = (part: Uint8Array) => number | undefined;

function bytesOf(frames: readonly Frame[], store?: Store): Uint8Array {
  const parts = frames.flatMap((frame) => frameParts(frame, store));
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

/** What a reader makes of bytes that come in pieces of this size. */
function readIn(
  pieces: number,
  bytes: Uint8Array,
  fetch?: (place: number, size: number) => Uint8Array,
): Frame[] {
  const frames: Frame[] = [];
  const reader = new FrameReader(({ number, body, buffers }) => {
    frames.push({ number, body: body.slice(), buffers });
  }, fetch);
  for (let at = 0; at < bytes.length; at += pieces) {
    // As a stream does, which uses its memory again.
    const piece = bytes.slice(at, at + pieces);
    reader.push(piece);
    piece.fill(0xff);
  }
  return frames;
}

const frames: Frame[] = [
  { number: 2 ** 32 - 4, body: new Uint8Array([1, 2, 3]), buffers: [] },
  { number: 2 ** 32 - 3, body: new Uint8Array(), buffers: [] },
  { number: 2 ** 32 - 2, body: new Uint8Array([4]), buffers: [new ArrayBuffer(0)] },
  {
    number: 2 ** 32 - 1,
    body: new Uint8Array([5, 6]),
    buffers: [new Uint8Array([7, 8, 9]).buffer, new ArrayBuffer(0), new Uint8Array([10]).buffer],
  },
  { number: 0, body: new Uint8Array(300).fill(11), buffers: [] },
];

describe("FrameReader", () => {
  it("push() gives the same frames however the bytes are cut", () => {
    const bytes = bytesOf(frames);
    for (let size = 1; size <= bytes.length; size++) assertEquals(readIn(size, bytes), frames);
  });

  it("push() fetches the parts that stand elsewhere, however the bytes are cut", () => {
    for (const smallest of [1, 2, 3, 300]) {
      const stored: Uint8Array[] = [];
      const bytes = bytesOf(
        frames,
        (part) => part.byteLength >= smallest ? stored.push(part.slice()) - 1 : undefined,
      );
      assertEquals(stored.length > 0, true);
      for (let size = 1; size <= bytes.length; size++) {
        const fetched: number[] = [];
        const read = readIn(size, bytes, (place, length) => {
          fetched.push(place);
          assertEquals(stored[place]!.byteLength, length);
          return stored[place]!.slice();
        });
        assertEquals(read, frames);
        assertEquals(fetched, [...stored.keys()]);
      }
    }
  });

  it("push() refuses a part that stands elsewhere where there is no such place", () => {
    const bytes = bytesOf(frames, () => 7);
    assertThrows(() => readIn(1000, bytes), RangeError, "Cannot read frame");
  });

  it("push() refuses at once what others have written between two frames", () => {
    const bytes = bytesOf(frames.slice(0, 1));
    for (const garbage of ["\xff".repeat(12), "a line of text", "\0".repeat(12)]) {
      const stream = new Uint8Array([...bytes, ...[...garbage].map((char) => char.charCodeAt(0))]);
      assertThrows(() => readIn(5, stream), RangeError, "Cannot read frame");
    }
  });

  it("push() gives nothing for a frame that is not whole", () => {
    const bytes = bytesOf(frames.slice(3, 4));
    for (let length = 0; length < bytes.length; length++) {
      assertEquals(readIn(5, bytes.slice(0, length)), []);
    }
  });

  it("push() gives buffers that are nobody else's", () => {
    const bytes = bytesOf(frames.slice(3, 4));
    let buffers: readonly ArrayBuffer[] = [];
    new FrameReader((frame) => buffers = frame.buffers).push(bytes);
    bytes.fill(0);
    assertEquals(buffers.map((buffer) => [...new Uint8Array(buffer)]), [[7, 8, 9], [], [10]]);
  });
});

describe("checkPart()", () => {
  it("refuses more than 2 GiB", () => {
    checkPart(LARGEST_PART);
    assertThrows(() => checkPart(LARGEST_PART + 1), RangeError, "2147483648 bytes are more than");
  });
});
