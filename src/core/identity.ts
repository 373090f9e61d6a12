/** Who the workers of a realm are to their own code. */
import { type Identity, type NameAndDaemon, realm } from "../protocol/realm.ts";
import type { WorkerKind } from "./backend.ts";

const MAIN_THREAD: NameAndDaemon = { name: "MainThread", daemon: false };
const MAIN: Identity = {
  process: { name: "MainProcess", daemon: false },
  thread: MAIN_THREAD,
  path: "",
};

/** Who this realm is. */
export function ownIdentity(): Identity {
  return realm.identity ?? MAIN;
}

/** Who a worker is that this realm starts; nobody where it is part of this realm. */
export function workerIdentity(
  kind: "process" | "thread",
  self: NameAndDaemon,
  path: string,
): Identity;
export function workerIdentity(
  kind: WorkerKind,
  self: NameAndDaemon,
  path: string,
): Identity | undefined;
export function workerIdentity(
  kind: WorkerKind,
  self: NameAndDaemon,
  path: string,
): Identity | undefined {
  switch (kind) {
    case "process":
      // It begins with a main thread of its own.
      return { process: self, thread: MAIN_THREAD, path };
    case "thread":
      return { process: ownIdentity().process, thread: self, path };
    case "inline":
      return undefined;
  }
}
