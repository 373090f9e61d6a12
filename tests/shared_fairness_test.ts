import { Lock, Semaphore } from "@pool/core";
import { processBackend, threadBackend } from "./conformance/backends.ts";
import { fairnessSuite } from "./conformance/fairness.ts";

for (const backend of [threadBackend, processBackend]) {
  fairnessSuite(backend, "Lock", () => new Lock());
  fairnessSuite(backend, "Semaphore", () => new Semaphore(1));
}
