import { processExecutor } from "./conformance/executor_backend.ts";
import { futuresSuites } from "./conformance/futures.ts";
import { killedSuite } from "./conformance/futures_killed.ts";

futuresSuites(processExecutor);
killedSuite(processExecutor);
