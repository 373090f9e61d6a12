/** Everything that a pool promises, on one backend; Python's own tests of its pool are the guide. */
import type { Backend } from "./backend.ts";
import { applySuite } from "./pool_apply.ts";
import { burstsSuite } from "./pool_bursts.ts";
import { limitedBurstsSuite } from "./pool_bursts_limits.ts";
import { cancelSuite } from "./pool_cancel.ts";
import { imapSuite } from "./pool_imap.ts";
import { inputSuite } from "./pool_input.ts";
import { lifecycleSuite } from "./pool_lifecycle.ts";
import { mapSuite } from "./pool_map.ts";
import { queueSuite } from "./pool_queue.ts";
import { streamSuite } from "./pool_stream.ts";
import { watchSuite } from "./pool_watch.ts";
import { workersSuite } from "./pool_workers.ts";

export function poolSuites(backend: Backend): void {
  applySuite(backend);
  burstsSuite(backend);
  limitedBurstsSuite(backend);
  mapSuite(backend);
  imapSuite(backend);
  streamSuite(backend);
  cancelSuite(backend);
  queueSuite(backend);
  workersSuite(backend);
  lifecycleSuite(backend);
  watchSuite(backend);
  inputSuite(backend);
}
