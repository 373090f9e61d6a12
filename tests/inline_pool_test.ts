import { inlineBackend } from "./conformance/backends.ts";
import { applySuite } from "./conformance/pool_apply.ts";
import { mapSuite } from "./conformance/pool_map.ts";

applySuite(inlineBackend);
mapSuite(inlineBackend);
