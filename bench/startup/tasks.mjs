import { task } from "@pool/core/task";

export const noop = task(import.meta, (value) => value, { name: "noop" });
