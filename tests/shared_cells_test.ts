import { processBackend, threadBackend } from "./conformance/backends.ts";
import { cellsSuite } from "./conformance/cells.ts";

for (const backend of [threadBackend, processBackend]) cellsSuite(backend);
