import { threadBackend } from "./conformance/backends.ts";
import { barrierSuite } from "./conformance/barrier.ts";

barrierSuite(threadBackend);
