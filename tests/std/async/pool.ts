const MAPPING_FAILED = "Cannot complete the mapping as an error was thrown from an item";

/**
 * Maps at most `poolLimit` items at a time; results come in the order of the input. When an item
 * fails, the iterator rejects with an AggregateError. Goes through a stream as the original does,
 * whose cost is therefore much the same.
 */
export function pooledMap<T, R>(
  poolLimit: number,
  iterable: Iterable<T> | AsyncIterable<T>,
  iteratorFn: (data: T) => Promise<R>,
): AsyncIterableIterator<R> {
  const results = new TransformStream<Promise<R>, R>({
    async transform(promise, controller) {
      try {
        controller.enqueue(await promise);
      } catch (error) {
        // A failed item only ends the stream in the writer's collected form.
        if (error instanceof AggregateError && error.message === MAPPING_FAILED) {
          controller.error(error);
        }
      }
    },
  });
  void feed(results.writable.getWriter(), { poolLimit, iterable, iteratorFn });
  return results.readable[Symbol.asyncIterator]() as AsyncIterableIterator<R>;
}

interface Source<T, R> {
  poolLimit: number;
  iterable: Iterable<T> | AsyncIterable<T>;
  iteratorFn: (data: T) => Promise<R>;
}

async function feed<T, R>(
  writer: WritableStreamDefaultWriter<Promise<R>>,
  { poolLimit, iterable, iteratorFn }: Source<T, R>,
): Promise<void> {
  const executing = new Set<Promise<unknown>>();
  try {
    for await (const item of iterable) {
      const result = Promise.resolve().then(() => iteratorFn(item));
      // The reader may have gone; an item's own failure is seen through `executing`.
      writer.write(result).catch(() => {});
      const done: Promise<unknown> = result.then(() => executing.delete(done));
      executing.add(done);
      if (executing.size >= poolLimit) await Promise.race(executing);
    }
    await Promise.all(executing);
    await writer.close().catch(() => {});
  } catch {
    const settled = await Promise.allSettled(executing);
    const errors = settled.flatMap((one) => one.status === "rejected" ? [one.reason] : []);
    const failure = Promise.reject(new AggregateError(errors, MAPPING_FAILED));
    writer.write(failure as Promise<never>).catch(() => {});
  }
}
