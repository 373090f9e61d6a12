import { task } from "@pool/core";

export const noop = task(import.meta, (value) => value, { name: "noop" });
