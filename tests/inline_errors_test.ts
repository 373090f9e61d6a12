import { inlineBackend } from "./conformance/backends.ts";
import { errorsSuite } from "./conformance/errors.ts";

errorsSuite(inlineBackend);
