import { BoundedSemaphore } from "@pool/core";
import { acquiringSuite } from "./conformance/acquiring.ts";
import { processBackend, threadBackend } from "./conformance/backends.ts";

for (const backend of [threadBackend, processBackend]) {
  acquiringSuite(backend, "BoundedSemaphore", () => new BoundedSemaphore(1));
}
