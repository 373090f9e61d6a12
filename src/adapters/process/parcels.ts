/**
 * Large parts of messages, by way of the file that host and child have open: a system call on either side,
 * where a stream takes one, and a turn of the event loop, for each 64 KiB or so. Each direction has a ring of
 * bytes in the file, behind the count of those that were fetched, which the reader writes:
 *
 *     bytes fetched, the left out ones at the end of the ring with them (f64) │ ring
 *
 * A part is written before the frame that tells of it goes into the stream, and both are read in order. What
 * finds no room goes by the stream, whose pace holds the sender back.
 */
import { type CellFile, PARCELS, RING, RING_HEAD } from "./cell_file.ts";

/** Parts of this size (bytes) have more from it than it costs; larger ones must leave room for others. */
const SMALLEST = 64 * 1024, LARGEST = RING / 2;

/** Who writes. */
export type Direction = "fromHost" | "fromChild";

function baseOf(direction: Direction): number {
  return direction === "fromHost" ? PARCELS : PARCELS + RING_HEAD + RING;
}

/** Where the next part of this size goes: never around the end. */
function nextPlace(used: number, size: number): { readonly place: number; readonly used: number } {
  const at = used % RING;
  if (at + size <= RING) return { place: at, used: used + size };
  return { place: 0, used: used + RING - at + size };
}

/** The end that sends. */
export class ParcelWriter {
  readonly #file: CellFile;
  readonly #base: number;
  readonly #fetched = new Float64Array(1);
  #used = 0;

  constructor(file: CellFile, direction: Direction) {
    this.#file = file;
    this.#base = baseOf(direction);
  }

  /** Puts a part down and returns its place; `undefined` where it must take another way. */
  put(part: Uint8Array): number | undefined {
    if (part.byteLength < SMALLEST || part.byteLength > LARGEST) return undefined;
    const { place, used } = nextPlace(this.#used, part.byteLength);
    try {
      if (used - this.#fetched[0]! > RING) {
        this.#file.read(new Uint8Array(this.#fetched.buffer), this.#base);
        if (used - this.#fetched[0]! > RING) return undefined;
      }
      this.#file.write(part, this.#base + RING_HEAD + place);
    } catch {
      // A disk without room, say.
      return undefined;
    }
    this.#used = used;
    return place;
  }
}

/** The end that receives. */
export class ParcelReader {
  readonly #file: CellFile;
  readonly #base: number;
  readonly #fetched = new Float64Array(1);
  /** For what is only lent: memory that is new costs more than the bytes that are read into it. */
  #lent = new Uint8Array();

  constructor(file: CellFile, direction: Direction) {
    this.#file = file;
    this.#base = baseOf(direction);
  }

  /**
   * Fetches the next part; its place is free then.
   * @param lent the part is looked at only until the next one is fetched
   */
  fetch(place: number, size: number, lent = false): Uint8Array {
    const part = lent ? this.#lend(size) : new Uint8Array(size);
    this.#file.read(part, this.#base + RING_HEAD + place);
    this.#fetched[0] = nextPlace(this.#fetched[0]!, size).used;
    try {
      this.#file.write(new Uint8Array(this.#fetched.buffer), this.#base);
    } catch {
      // As above: the writer sees less room, until the next one says more.
    }
    return part;
  }

  #lend(size: number): Uint8Array {
    if (this.#lent.byteLength < size) this.#lent = new Uint8Array(size);
    return this.#lent.subarray(0, size);
  }
}
