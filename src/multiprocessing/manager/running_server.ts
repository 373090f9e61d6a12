import { postOffice } from "../../protocol/post_office.ts";
import { reviveShared } from "../../protocol/shareable.ts";
import { orTimeout } from "../../protocol/timers.ts";
import type { ManagerClient } from "./manager_client.ts";
import { ManagerServer } from "./manager_server.ts";
import { startServerThread } from "./server_thread.ts";

/** A manager's server as its creator has it. */
export interface RunningServer {
  readonly client: ManagerClient;
  /** Ends it. */
  stop(): Promise<void>;
}

/** What to start. */
export interface ServerOptions {
  readonly name: string;
  readonly backend?: "thread" | "inline";
  readonly workerUrl?: string | URL;
}

/** A thread has so long (ms) to answer the calls that came before its end. */
const LONGEST_GOODBYE = 1000;

let lastNumber = 0;

/** Starts it where it is to be. */
export async function startServer(
  { name, backend, workerUrl }: ServerOptions,
): Promise<RunningServer> {
  const here = postOffice().address;
  const id = `Manager ${here}/${++lastNumber}`;
  if (backend === "inline") {
    const server = new ManagerServer(id, false);
    return { client: clientOf(id, here), stop: () => Promise.resolve(server.shutdown()) };
  }
  const thread = await startServerThread(id, { name, workerUrl });
  const client = clientOf(id, thread.address);
  const stop = async (): Promise<void> => {
    const goodbye = client.ask("shut down", "shutdown").then(() => {}, () => {});
    await orTimeout(goodbye, LONGEST_GOODBYE);
    await thread.stop();
  };
  return { client, stop };
}

function clientOf(id: string, via: string): ManagerClient {
  return reviveShared({ kind: "ManagerClient", id, via }) as ManagerClient;
}
