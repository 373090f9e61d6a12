/** What a worker knows of itself, and of the processes and threads that its code has started. */
import { LivingRealms } from "../protocol/living_realms.ts";
import type { Place } from "../protocol/messages.ts";
import { type ListenToPort, type PostLetters, PostOffice } from "../protocol/post_office.ts";
import { type Identity, realm } from "../protocol/realm.ts";

/** This realm is a worker, with a name. */
export function enterAs(identity: Identity): void {
  realm.identity = identity;
}

/** This realm has an address, and as a thread a number among those of its process. */
export function settleAt(
  { address, membership }: Place,
  toParent: PostLetters,
  listen: ListenToPort | undefined,
): void {
  realm.office = new PostOffice(address, toParent, listen);
  if (!membership) return;
  const { number, realms } = membership;
  realm.membership = { number, realms: new LivingRealms(realms) };
}

/** As in Python: whoever ends waits for its children first, but for daemons. */
export async function endOfChildren(): Promise<void> {
  for (const child of realm.children) if (!child.daemon) await child.join();
}

/** What this worker has put into queues shall not be lost with it. */
export async function endings(): Promise<void> {
  await Promise.all([...realm.endings].map((end) => end()));
}

/** The same in the turn in which this worker ends. */
export function endingsNow(): void {
  for (const end of realm.endings) void end(true);
  realm.office?.flush();
}
