/** So many causes are told. */
const CAUSES = 8;

/** Writes to stderr what a process or thread died of: runtimes would show it each in their own way. */
export function reportFault(headline: string, error: unknown): void {
  let text = `${headline} ${stackOf(error)}`;
  for (let i = 0; i < CAUSES && error instanceof Error && error.cause !== undefined; i++) {
    error = error.cause;
    text += `\nCaused by ${stackOf(error)}`;
  }
  // The one place where the library writes: what a Process died of, as Python does.
  // deno-lint-ignore no-console
  console.error(text);
}

function stackOf(error: unknown): string {
  return error instanceof Error && error.stack ? error.stack : String(error);
}
