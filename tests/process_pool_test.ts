import { processBackend } from "./conformance/backends.ts";
import { poolSuites } from "./conformance/pool.ts";

poolSuites(processBackend);
