import { threadBackend } from "./conformance/backends.ts";
import { errorsSuite } from "./conformance/errors.ts";

errorsSuite(threadBackend);
