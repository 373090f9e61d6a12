import { messagesBackend } from "./conformance/backends.ts";
import { tasksSuite } from "./conformance/tasks.ts";

tasksSuite(messagesBackend);
