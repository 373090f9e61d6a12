/** The classes of shared things by the name under which they travel. */
import { realm } from "../protocol/realm.ts";
import type { SharedHandle, SharedParts } from "../protocol/shareable.ts";
import { reviveDict } from "./manager/dict_proxy.ts";
import { reviveList } from "./manager/list_proxy.ts";
import { ManagerClient } from "./manager/manager_client.ts";
import { reviveServer } from "./manager/manager_server.ts";
import { reviveNamespace } from "./manager/namespace_proxy.ts";
import { reviveConnection } from "./pipe/connection.ts";
import { revivePipe } from "./pipe/shared_pipe.ts";
import { offerHandOver } from "./queues/hand_over.ts";
import { puttersOf } from "./queues/putters.ts";
import { reviveJoinableQueue } from "./queues/joinable_queue.ts";
import { reviveQueue } from "./queues/queue.ts";
import { reviveSimpleQueue } from "./queues/simple_queue.ts";
import { reviveBoundedSemaphore } from "./sync/bounded_semaphore.ts";
import { reviveBarrier } from "./sync/barrier.ts";
import { reviveCondition } from "./sync/condition.ts";
import { reviveEvent } from "./sync/event.ts";
import { reviveLock } from "./sync/lock.ts";
import { reviveRLock } from "./sync/rlock.ts";
import { reviveSemaphore } from "./sync/semaphore.ts";
import { reviveSharedArray } from "./sync/shared_array.ts";
import { reviveValue } from "./sync/value.ts";

type Reviver = (parts: SharedParts) => SharedHandle;

/** Lets this realm receive all shared things; may be called again. */
export function installRevivers(): void {
  if (realm.revivers.size > 0) return;
  // In here, as these modules import each other: outside, not all of them may be loaded yet.
  const revivers: Readonly<Record<string, Reviver>> = {
    Barrier: reviveBarrier,
    BoundedSemaphore: reviveBoundedSemaphore,
    Condition: reviveCondition,
    Connection: reviveConnection,
    DictProxy: reviveDict,
    Event: reviveEvent,
    JoinableQueue: reviveJoinableQueue,
    ListProxy: reviveList,
    Lock: reviveLock,
    ManagerClient: (parts) => new ManagerClient(parts),
    ManagerServer: reviveServer,
    NamespaceProxy: reviveNamespace,
    Pipe: revivePipe,
    Queue: reviveQueue,
    RLock: reviveRLock,
    Semaphore: reviveSemaphore,
    SharedArray: reviveSharedArray,
    SimpleQueue: reviveSimpleQueue,
    Value: reviveValue,
  };
  for (const [kind, revive] of Object.entries(revivers)) realm.revivers.set(kind, revive);
  offerHandOver(puttersOf);
}
