import type { Mark } from "./encode.ts";

/**
 * An instance, or an error, of a class that this realm does not know, and need not know: it only keeps it
 * for realms that do. What is inside is revived.
 */
export class KeptMark {
  readonly mark: Mark & { readonly [key: string]: unknown };

  constructor(mark: Mark) {
    this.mark = mark as Mark & { readonly [key: string]: unknown };
  }
}
