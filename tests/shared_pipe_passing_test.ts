import { processBackend, threadBackend } from "./conformance/backends.ts";
import { pipePassingSuite } from "./conformance/pipe_passing.ts";

for (const backend of [threadBackend, processBackend]) pipePassingSuite(backend);
