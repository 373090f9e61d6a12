import { realm } from "../protocol/realm.ts";
import { PoolError } from "./errors.ts";

/** Throws where the code that makes a pool runs again in each of its workers. */
export function checkMainGuard(made: "pool" | "executor" | "process" | "thread" | "manager"): void {
  if (!realm.importing) return;
  throw new PoolError(
    `Cannot create ${made}: a worker is importing ${realm.importing}, and this would start workers ` +
      `without end; put the code that uses the ${made} under \`if (import.meta.main)\``,
  );
}
