/** Everything that an executor promises; Python's own tests of its executors are the guide. */
import type { ExecutorBackend } from "./executor_backend.ts";
import { breakSuite } from "./futures_break.ts";
import { mapSuite } from "./futures_map.ts";
import { shutdownSuite } from "./futures_shutdown.ts";
import { stormSuite } from "./futures_storm.ts";
import { submitSuite } from "./futures_submit.ts";
import { waitSuite } from "./futures_wait.ts";

export function futuresSuites(backend: ExecutorBackend): void {
  submitSuite(backend);
  mapSuite(backend);
  waitSuite(backend);
  shutdownSuite(backend);
  breakSuite(backend);
  stormSuite(backend);
}
