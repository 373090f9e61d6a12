/** The classes of shared things by the name under which they travel. */
import { realm } from "../protocol/realm.ts";
import { DICT } from "./manager/dict_proxy.ts";
import { LIST } from "./manager/list_proxy.ts";
import { ManagerClient } from "./manager/manager_client.ts";
import { reviveServer } from "./manager/manager_server.ts";
import { NAMESPACE } from "./manager/namespace_proxy.ts";
import { RemoteObject } from "./manager/remote_object.ts";
import { reviveConnection } from "./pipe/connection.ts";
import { PIPE } from "./pipe/shared_pipe.ts";
import { offerHandOver } from "./queues/hand_over.ts";
import { JOINABLE_QUEUE } from "./queues/joinable_queue.ts";
import { puttersOf } from "./queues/putters.ts";
import { QUEUE } from "./queues/queue.ts";
import { SIMPLE_QUEUE } from "./queues/simple_queue.ts";
import { type Kind, Link } from "./sharing/link.ts";
import { BARRIER } from "./sync/barrier.ts";
import { BOUNDED_SEMAPHORE } from "./sync/bounded_semaphore.ts";
import { CONDITION } from "./sync/condition.ts";
import { EVENT } from "./sync/event.ts";
import { LOCK } from "./sync/lock.ts";
import { RLOCK } from "./sync/rlock.ts";
import { SEMAPHORE } from "./sync/semaphore.ts";
import { SHARED_ARRAY } from "./sync/shared_array.ts";
import { VALUE } from "./sync/value.ts";

/** Lets this realm receive all shared things; may be called again. */
export function installRevivers(): void {
  const { revivers } = realm;
  if (revivers.size > 0) return;
  // In here, as these modules import each other: outside, not all of them may be loaded yet.
  const kinds: readonly Kind<object>[] = [
    BARRIER,
    BOUNDED_SEMAPHORE,
    CONDITION,
    EVENT,
    JOINABLE_QUEUE,
    LOCK,
    PIPE,
    QUEUE,
    RLOCK,
    SEMAPHORE,
    SHARED_ARRAY,
    SIMPLE_QUEUE,
    VALUE,
  ];
  for (const kind of kinds) {
    revivers.set(kind.name, (parts) => kind.handle(Link.from(kind, parts)));
  }
  for (const { name, proxy } of [DICT, LIST, NAMESPACE]) {
    revivers.set(name, (parts) => proxy(new RemoteObject(parts)));
  }
  revivers.set("Connection", reviveConnection);
  revivers.set("ManagerClient", (parts) => new ManagerClient(parts));
  revivers.set("ManagerServer", reviveServer);
  offerHandOver(puttersOf);
}
