/** The entry of workers whose accesses to shared memory are delayed, or their end; see `workerUrl`. */
import { threadId } from "node:worker_threads";
import { enterWorker } from "../../src/adapters/worker_entry.ts";
import { beforeEachAccess, burnFuse, randomDelays } from "./atomic_steps.ts";
import { Dice } from "./dice.ts";

const delays = randomDelays(new Dice(threadId));
beforeEachAccess((name) => {
  burnFuse();
  delays(name);
});
enterWorker();
