import { threadBackend } from "./conformance/backends.ts";
import { valuesSuite } from "./conformance/values.ts";

valuesSuite(threadBackend);
