import { processBackend, threadBackend } from "./conformance/backends.ts";
import { eventSuite } from "./conformance/events.ts";

for (const backend of [threadBackend, processBackend]) eventSuite(backend);
