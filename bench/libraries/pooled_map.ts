import { bodies } from "../bodies.ts";
import { NotApplicable, type Subject } from "../subject.ts";

interface StdPool {
  pooledMap<T, R>(limit: number, items: Iterable<T>, fn: (item: T) => Promise<R>): AsyncIterable<R>;
}

/** `pooledMap` of `@std/async`: bounded concurrency on the main thread, for scale. No worker runs. */
export async function open(workers: number): Promise<Subject> {
  const { pooledMap } = await loadStd();
  const run = (values: readonly number[], body: (value: number) => number) =>
    collect(pooledMap(workers, values, (value) => Promise.resolve(body(value))));
  return {
    call: () => Promise.reject(new NotApplicable("pooledMap takes no single calls")),
    map: (items) => run(items, bodies.square),
    all: (_body, values) => run(values, bodies.spin),
    close: () => Promise.resolve(),
  };
}

/** The name is not a literal in the import, so that type checks pass where JSR cannot be reached. */
function loadStd(): Promise<StdPool> {
  const specifier = "@std/async/pool";
  return import(specifier as string);
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const results: T[] = [];
  for await (const item of items) results.push(item);
  return results;
}
