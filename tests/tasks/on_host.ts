import { isMainThread } from "node:worker_threads";
import { realm } from "../../src/protocol/realm.ts";

/** False in workers, also in those that are main threads of their own process. */
export const onHost: boolean = isMainThread && realm.sharesMemory;
