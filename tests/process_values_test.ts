import { processBackend } from "./conformance/backends.ts";
import { valuesSuite } from "./conformance/values.ts";

valuesSuite(processBackend);
