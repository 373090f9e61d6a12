import { RLock } from "@pool/core";
import { acquiringSuite } from "./conformance/acquiring.ts";
import { processBackend, threadBackend } from "./conformance/backends.ts";
import { rlockSuite } from "./conformance/rlocks.ts";

for (const backend of [threadBackend, processBackend]) {
  acquiringSuite(backend, "RLock", () => new RLock());
  rlockSuite(backend);
}
