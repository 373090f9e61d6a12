import { processBackend } from "./conformance/backends.ts";
import { queueSuite } from "./conformance/queues.ts";

queueSuite(processBackend);
