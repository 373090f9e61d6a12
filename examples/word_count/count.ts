// The work itself: what runs in the workers, and in the plain loop that they are compared with.
import { task } from "@pool/core";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { Tally } from "./tally.ts";

// Each worker imports this module once, so this is *its* tally. Counts stay here until takeTally() asks
// for them: for every file only a path crosses to the worker, and one number back.
let tally = new Tally();

/** Files are read in pieces: one of ten gigabytes takes no more memory than this. */
const piece = new Uint8Array(1024 * 1024);

/** A NUL this near to the start makes a file binary: git's rule. */
const LOOK_FOR_NUL = 8000;

/**
 * Counts the words of one file and returns the bytes read. A file that cannot be read is noted, not
 * thrown: the others count. Reading blocks, which is right in a worker: it has nothing else to do.
 */
export const countFile = task(import.meta, function countFile(path: string): number {
  try {
    const file = openSync(path, "r");
    try {
      return countOpen(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    tally.errors.push(`${path}: ${(error as { code?: string }).code ?? error}`);
    return 0;
  }
});

/** Hands over what was counted here, and starts afresh. */
export const takeTally = task(import.meta, function takeTally(): Tally {
  const taken = tally;
  tally = new Tally();
  return taken;
});

function countOpen(file: number): number {
  // To here and no further: a log that grows while it is read would have no end.
  const { size } = fstatSync(file);
  const hash = createHash("sha256");
  const decoder = new TextDecoder(); // what is no UTF-8 becomes U+FFFD, which is no letter
  let unfinished = "";
  let done = 0;
  while (done < size) {
    const length = readSync(file, piece, 0, Math.min(piece.length, size - done), null);
    if (length === 0) break; // it has become shorter meanwhile
    const bytes = piece.subarray(0, length);
    if (done === 0 && bytes.subarray(0, LOOK_FOR_NUL).includes(0)) {
      tally.binary++;
      return length;
    }
    done += length;
    hash.update(bytes);
    unfinished = countWords(unfinished + decoder.decode(bytes, { stream: true }));
  }
  countWords(`${unfinished}${decoder.decode()}\n`);
  tally.files++;
  tally.bytes += done;
  tally.contents.add(hash.digest("base64"));
  return done;
}

/** Counts all words of `text` but one at its very end, which may go on in the next piece: returns it. */
function countWords(text: string): string {
  // Longer words are cut, or a file of nothing but letters would be one word of its size.
  const words = text.match(/\p{L}{1,64}/gu) ?? [];
  const unfinished = words.length > 0 && text.endsWith(words.at(-1)!) ? words.pop()! : "";
  for (const word of words) {
    const count = tally.words.get(word);
    if (count === undefined) tally.words.set(copyOf(word), 1);
    else tally.words.set(word, count + 1);
  }
  return unfinished;
}

/** A word out of a match is a view of the text, and in a Map it would keep the whole text in memory. */
const copyOf = (word: string) => Buffer.from(word).toString();
