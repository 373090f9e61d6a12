import { relative } from "node:path";
import type { Tally } from "./tally.ts";

export interface Timing {
  readonly name: string;
  readonly ms: number;
}

const TOP = 12;
const SHOWN_ERRORS = 5;

export const whole = (count: number): string => count.toLocaleString("en-US");
export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** What was found, for people. */
export function describeTally(tally: Tally, root: string): string {
  const words = [...tally.words].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const total = words.reduce((sum, [, count]) => sum + count, 0);
  const width = Math.max(...words.slice(0, TOP).map(([, count]) => whole(count).length));
  const top = words.slice(0, TOP).map(([word, n]) => `  ${whole(n).padStart(width)}  ${word}`);
  const copies = tally.files - tally.contents.size;
  const hidden = tally.errors.length - SHOWN_ERRORS;
  return [
    `text files         ${whole(tally.files)} (${megabytes(tally.bytes)})`,
    `distinct contents  ${whole(tally.contents.size)} (copies: ${whole(copies)})`,
    `binary files       ${whole(tally.binary)} (skipped)`,
    `words              ${whole(total)} (${whole(words.length)} different)`,
    ...top,
    `errors             ${whole(tally.errors.length)}`,
    ...tally.errors.slice(0, SHOWN_ERRORS).map((error) => `  ${relative(root, error)}`),
    ...(hidden > 0 ? [`  and ${whole(hidden)} more`] : []),
    "",
  ].join("\n");
}

/** How long each way took, beside the plain loop. */
export function describeTimes(timings: readonly Timing[]): string {
  const plain = timings.find(({ name }) => name === "plain loop")!.ms;
  const rows = timings.map(({ name, ms }, index) => {
    const time = `${name.padEnd(22)} ${(ms / 1000).toFixed(2).padStart(6)} s`;
    return index === 0 ? `${time}   (not compared)` : `${time}   ${(plain / ms).toFixed(2)} x`;
  });
  return [...rows, "All agree on every number above."].join("\n");
}
