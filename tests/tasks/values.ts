/** Tasks of the values suite: what arrives, what is returned. */
import { task } from "@pool/core";

export const echo = task(import.meta, function echo(value: unknown): unknown {
  return value;
});
