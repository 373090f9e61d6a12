import { processExecutor } from "./conformance/executor_backend.ts";
import { futuresSuites } from "./conformance/futures.ts";

futuresSuites(processExecutor);
