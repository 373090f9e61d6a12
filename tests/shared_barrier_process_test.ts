import { processBackend } from "./conformance/backends.ts";
import { barrierSuite } from "./conformance/barrier.ts";

barrierSuite(processBackend);
