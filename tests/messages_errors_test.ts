import { messagesBackend } from "./conformance/backends.ts";
import { errorsSuite } from "./conformance/errors.ts";

errorsSuite(messagesBackend);
