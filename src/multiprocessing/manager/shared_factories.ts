/** What a manager makes that is shared without it: threads of its process have it in their memory. */
import { BoundedSemaphore } from "../sync/bounded_semaphore.ts";
import { Condition } from "../sync/condition.ts";
import { Event } from "../sync/event.ts";
import { Lock } from "../sync/lock.ts";
import { RLock } from "../sync/rlock.ts";
import { Semaphore } from "../sync/semaphore.ts";

/** By the names of the manager's methods. */
export const sharedFactories: Readonly<Record<string, (...args: never[]) => object>> = {
  boundedSemaphore: (value: number) => new BoundedSemaphore(value),
  condition: (lock: Lock | RLock | undefined) => new Condition(lock as Lock),
  event: () => new Event(),
  lock: () => new Lock(),
  rlock: () => new RLock(),
  semaphore: (value: number) => new Semaphore(value),
};
