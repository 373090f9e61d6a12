/** The classes of shared things by the name under which they travel. */
import { realm } from "../protocol/realm.ts";
import { reviveCondition } from "./sync/condition.ts";
import { reviveLock } from "./sync/lock.ts";

/** Lets this realm receive all shared things; may be called again. */
export function installRevivers(): void {
  if (realm.revivers.size > 0) return;
  const { revivers } = realm;
  revivers.set("Condition", reviveCondition);
  revivers.set("Lock", reviveLock);
}
