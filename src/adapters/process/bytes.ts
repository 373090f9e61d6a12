/** Pieces of bytes put together. */

/** All of them in one piece. */
export function concat(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0]!;
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.byteLength;
  }
  return all;
}

/** Joins neighbours that are together no larger than `limit` bytes. */
export function joinSmall(pieces: readonly Uint8Array[], limit: number): Uint8Array[] {
  const joined: Uint8Array[] = [];
  let group: Uint8Array[] = [], bytes = 0;
  for (const piece of pieces) {
    if (group.length > 0 && bytes + piece.byteLength > limit) {
      joined.push(concat(group));
      group = [];
      bytes = 0;
    }
    group.push(piece);
    bytes += piece.byteLength;
  }
  if (group.length > 0) joined.push(concat(group));
  return joined;
}
