import { threadBackend } from "./conformance/backends.ts";
import { queueSuite } from "./conformance/queues.ts";

queueSuite(threadBackend);
