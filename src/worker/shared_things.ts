/** How a worker comes to know the classes of shared things. */
import { realm } from "../protocol/realm.ts";
import type { WorkerServices } from "./services.ts";

/** Whether they are loaded, by this worker or by the library that its tasks import. */
export function canRevive(): boolean {
  return realm.revivers.size > 0;
}

/** Loads them before the first value in which one may stand. */
export async function loadRevivers({ loadRevivers }: WorkerServices): Promise<void> {
  if (!canRevive()) await loadRevivers?.();
}
