import { processBackend, threadBackend } from "./conformance/backends.ts";
import { pipeEndsSuite } from "./conformance/pipe_ends.ts";

for (const backend of [threadBackend, processBackend]) pipeEndsSuite(backend);
