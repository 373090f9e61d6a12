import { messagesBackend } from "./conformance/backends.ts";
import { applySuite } from "./conformance/pool_apply.ts";
import { mapSuite } from "./conformance/pool_map.ts";
import { streamSuite } from "./conformance/pool_stream.ts";
import { cancelSuite } from "./conformance/pool_cancel.ts";

// The others are about the host's side, which is the same.
applySuite(messagesBackend);
mapSuite(messagesBackend);
streamSuite(messagesBackend);
cancelSuite(messagesBackend);
