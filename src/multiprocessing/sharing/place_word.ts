/**
 * Words of 64 bits that say whose a place is, and which time: the number of a realm, which is above 0 where
 * somebody has it, and a count of 32 bits. Both change by one compare-and-swap.
 */

/** The word of an owner, 0 for nobody, and a count. */
export function wordOf(count: number, owner: number): bigint {
  return BigInt(count) << 32n | BigInt(owner);
}

/** Its count. */
export function countOf(word: bigint): number {
  return Number(word >> 32n);
}

/** Number of the realm whose it is; 0 for nobody. */
export function ownerOf(word: bigint): number {
  return Number(word & 0xffff_ffffn);
}
