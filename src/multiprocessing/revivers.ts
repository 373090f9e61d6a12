/** The classes of shared things by the name under which they travel. */
import { realm } from "../protocol/realm.ts";
import { reviveDict } from "./manager/dict_proxy.ts";
import { reviveList } from "./manager/list_proxy.ts";
import { ManagerClient } from "./manager/manager_client.ts";
import { reviveServer } from "./manager/manager_server.ts";
import { reviveNamespace } from "./manager/namespace_proxy.ts";
import { reviveConnection } from "./pipe/connection.ts";
import { revivePipe } from "./pipe/shared_pipe.ts";
import { offerHandOver } from "./queues/hand_over.ts";
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

/** Lets this realm receive all shared things; may be called again. */
export function installRevivers(): void {
  if (realm.revivers.size > 0) return;
  const { revivers } = realm;
  revivers.set("BoundedSemaphore", reviveBoundedSemaphore);
  revivers.set("Barrier", reviveBarrier);
  revivers.set("Condition", reviveCondition);
  revivers.set("Connection", reviveConnection);
  revivers.set("DictProxy", reviveDict);
  revivers.set("Event", reviveEvent);
  revivers.set("ListProxy", reviveList);
  revivers.set("Lock", reviveLock);
  revivers.set("ManagerClient", (parts) => new ManagerClient(parts));
  revivers.set("ManagerServer", reviveServer);
  revivers.set("NamespaceProxy", reviveNamespace);
  revivers.set("Pipe", revivePipe);
  revivers.set("JoinableQueue", reviveJoinableQueue);
  revivers.set("Queue", reviveQueue);
  revivers.set("SimpleQueue", reviveSimpleQueue);
  revivers.set("RLock", reviveRLock);
  revivers.set("Semaphore", reviveSemaphore);
  revivers.set("SharedArray", reviveSharedArray);
  revivers.set("Value", reviveValue);
  offerHandOver();
}
