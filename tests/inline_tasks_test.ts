import { inlineBackend } from "./conformance/backends.ts";
import { tasksSuite } from "./conformance/tasks.ts";

tasksSuite(inlineBackend);
