import { runtime } from "../../adapters/detect.ts";
import { host } from "../../adapters/services.ts";
import { encodeArguments } from "../../core/arguments.ts";
import { PoolError } from "../../core/errors.ts";
import { ownIdentity, workerIdentity } from "../../core/identity.ts";
import { checkMainGuard } from "../../core/main_guard.ts";
import { referenceOf } from "../../core/task.ts";
import { asError } from "../../core/outcome.ts";
import { postOffice } from "../../protocol/post_office.ts";
import { realmCalls } from "../../protocol/realm_calls.ts";
import { withResolvers } from "../../protocol/with_resolvers.ts";
import { reportFault } from "../report.ts";
import { SoloWorker } from "../solo_worker.ts";
import { ServerSeed } from "./manager_server.ts";

/** What the thread is told at its start. */
export interface ServerThreadOptions {
  readonly name: string;
  readonly workerUrl: string | URL | undefined;
  /** Longest time (ms) until it serves; default: as long as workers of pools may take. */
  readonly spawnTimeout?: number;
}

/** A manager's thread. */
export interface ServerThread {
  /** Where the manager can be reached. */
  readonly address: string;
  /** Ends it; resolves when it has ended. */
  stop(): Promise<void>;
}

/** Runs in the thread. */
const serve = (seed: ServerSeed): Promise<never> => seed.served;

/** Starts a thread that serves a manager under this name. Rejects with `PoolError` where that fails. */
export async function startServerThread(
  id: string,
  { name, workerUrl, spawnTimeout = 30_000 }: ServerThreadOptions,
): Promise<ServerThread> {
  checkMainGuard("manager");
  const started = withResolvers<string>(), ended = withResolvers<void>();
  let stopped = false, running = false, timer: unknown;
  realmCalls().offer(id, { as: () => ({ started: started.resolve }) });
  const seed = new ServerSeed({ kind: "ManagerServer", id, via: postOffice().address });
  const { value: args, marked } = encodeArguments([seed], undefined, true);
  // Nobody else keeps the program running in the meantime.
  const keepAlive = host.keepAlive();
  keepAlive.hold();
  try {
    const worker = new SoloWorker(
      runtime.adapters.thread(),
      { workerId: 1, name, workerUrl },
      {
        call: { reference: referenceOf(serve), args, marked },
        transfer: undefined,
        identity: workerIdentity("thread", { name, daemon: true }, `${ownIdentity().path}:${name}`),
      },
      ({ exitCode, fault }) => {
        ended.resolve();
        const message = `Cannot start ${name}: its thread ended with exit code ${exitCode}`;
        started.reject(new PoolError(message, { cause: fault?.error }));
        if (running && !stopped && fault) {
          reportFault(`Exception in ${name}:`, asError(fault.error));
        }
      },
    );
    const stop = (): Promise<void> => {
      stopped = true;
      worker.stop("SIGKILL");
      return ended.promise;
    };
    timer = host.clock.setTimeout(() => {
      const message = `Cannot start ${name}: it was not ready after ${spawnTimeout} ms`;
      started.reject(new PoolError(message));
      void stop();
    }, spawnTimeout);
    const address = await started.promise;
    running = true;
    return { address, stop };
  } finally {
    host.clock.clearTimeout(timer);
    keepAlive.end();
    realmCalls().withdraw(id);
  }
}
