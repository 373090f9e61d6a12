/** What queues of all kinds refuse with. */
import { Empty, Full } from "../../core/errors.ts";

/** No room, in time. */
export function full(maxsize: number): Full {
  return new Full(`Cannot put item: the queue is full (maxsize ${maxsize})`);
}

/** No item, in time. */
export function empty(): Empty {
  return new Empty("Cannot get item: the queue is empty");
}

/** More items are done than there were. */
export function notTaken(source: "get" | "put"): RangeError {
  return new RangeError(
    `Cannot mark task as done: taskDone() was called more often than ${source}()`,
  );
}
