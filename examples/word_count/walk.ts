// Walks a directory tree lazily: a path is found when somebody asks for it.
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

export interface WalkOptions {
  /** Ends the walk early. */
  readonly signal: AbortSignal;
  /** Hears of directories that cannot be read, and of links that lead nowhere. */
  readonly onError: (message: string) => void;
}

/**
 * Yields the path of every regular file below `path`, or `path` itself when it is one. Symbolic links are
 * not followed, so that there is no loop and nothing is counted twice; `.git` is left out.
 */
export async function* walk(path: string, options: WalkOptions): AsyncGenerator<string> {
  if (!(await stat(path)).isDirectory()) yield path;
  else yield* walkDirectory(path, options);
}

async function* walkDirectory(directory: string, options: WalkOptions): AsyncGenerator<string> {
  // Not recursive by yield*: each level of it would cost a promise for every path.
  const waiting = [directory];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const entries = await attempt(readdir(next, { withFileTypes: true }), next, options) ?? [];
    for (const entry of entries) {
      if (options.signal.aborted) return;
      const path = join(next, entry.name);
      if (entry.isFile()) yield path;
      else if (entry.isDirectory() && entry.name !== ".git") waiting.push(path);
      else if (entry.isSymbolicLink()) await attempt(stat(path), path, options);
      // All else, such as a pipe or a socket, would block whoever opens it.
    }
  }
}

/** The result, or nothing where the file system refuses: things vanish while one looks at them. */
async function attempt<T>(
  result: Promise<T>,
  path: string,
  { onError }: WalkOptions,
): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    onError(`${path}: ${(error as { code?: string }).code ?? error}`);
  }
}
