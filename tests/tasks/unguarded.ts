/** Creates a pool when it is imported: the main guard is missing. */
import { Pool } from "@pool/core";

export function innocent(): string {
  return "ran";
}

export const pool = new Pool(1);
