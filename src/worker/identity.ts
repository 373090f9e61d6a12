/** What a worker knows of itself, and of the processes and threads that its code has started. */
import { type Identity, realm } from "../protocol/realm.ts";

/** This realm is a worker, with a name. */
export function enterAs(identity: Identity): void {
  realm.identity = identity;
}

/** As in Python: whoever ends waits for its children first, but for daemons. */
export async function endOfChildren(): Promise<void> {
  for (const child of realm.children) if (!child.daemon) await child.join();
}
