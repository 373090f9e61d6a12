import { inlineBackend } from "./conformance/backends.ts";
import { applySuite } from "./conformance/pool_apply.ts";
import { mapSuite } from "./conformance/pool_map.ts";
import { imapSuite } from "./conformance/pool_imap.ts";
import { streamSuite } from "./conformance/pool_stream.ts";
import { cancelSuite } from "./conformance/pool_cancel.ts";
import { queueSuite } from "./conformance/pool_queue.ts";

applySuite(inlineBackend);
mapSuite(inlineBackend);
imapSuite(inlineBackend);
streamSuite(inlineBackend);
cancelSuite(inlineBackend);
queueSuite(inlineBackend);
