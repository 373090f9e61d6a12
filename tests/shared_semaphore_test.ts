import { Semaphore } from "@pool/core";
import { acquiringSuite } from "./conformance/acquiring.ts";
import { acquiringDeathsSuite } from "./conformance/acquiring_deaths.ts";
import { processBackend, threadBackend } from "./conformance/backends.ts";
import { semaphoreSuite } from "./conformance/semaphores.ts";

for (const backend of [threadBackend, processBackend]) {
  acquiringSuite(backend, "Semaphore", () => new Semaphore(1));
  semaphoreSuite(backend);
  acquiringDeathsSuite(backend, "Semaphore", () => new Semaphore(1));
}
