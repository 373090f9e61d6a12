import { Lock } from "@pool/core";
import { acquiringSuite } from "./conformance/acquiring.ts";
import { acquiringDeathsSuite } from "./conformance/acquiring_deaths.ts";
import { processBackend, threadBackend } from "./conformance/backends.ts";

for (const backend of [threadBackend, processBackend]) {
  acquiringSuite(backend, "Lock", () => new Lock());
  acquiringDeathsSuite(backend, "Lock", () => new Lock());
}
