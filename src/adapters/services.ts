/**
 * What this runtime does for any of its realms, workers too. It is apart from `detect.ts`, which knows
 * how workers are started: a worker that is handed a lock loads this and none of the adapters.
 */
export { inThisContext } from "./async_context.ts";
export { availableWorkers } from "./available_workers.ts";
export { host, nextTurn } from "./host.ts";
export { runtimeCodec } from "./process/codec.ts";
export { processId } from "./process_id.ts";
export { signalNumber } from "./signals.ts";
export { wrapText } from "./text_memory.ts";
export { warn } from "./warn.ts";
