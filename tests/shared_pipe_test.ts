import { processBackend, threadBackend } from "./conformance/backends.ts";
import { pipeSuite } from "./conformance/pipe.ts";

for (const backend of [threadBackend, processBackend]) pipeSuite(backend);
