import { threadBackend } from "./conformance/backends.ts";
import { poolSuites } from "./conformance/pool.ts";

poolSuites(threadBackend);
