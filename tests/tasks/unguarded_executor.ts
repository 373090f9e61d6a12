/** Creates an executor when it is imported: the main guard is missing. */
import { ThreadPoolExecutor } from "@pool/core";

export function innocent(): string {
  return "ran";
}

export const executor = new ThreadPoolExecutor(1);
