import { conditionSuite } from "./conformance/condition.ts";
import { processBackend } from "./conformance/backends.ts";

conditionSuite(processBackend);
