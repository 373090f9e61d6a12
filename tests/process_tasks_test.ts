import { processBackend } from "./conformance/backends.ts";
import { tasksSuite } from "./conformance/tasks.ts";

tasksSuite(processBackend);
