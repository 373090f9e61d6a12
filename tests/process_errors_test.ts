import { processBackend } from "./conformance/backends.ts";
import { errorsSuite } from "./conformance/errors.ts";

errorsSuite(processBackend);
