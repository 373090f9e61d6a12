import { conditionSuite } from "./conformance/condition.ts";
import { threadBackend } from "./conformance/backends.ts";

conditionSuite(threadBackend);
