import { task } from "@pool/core";

export const square = task(import.meta, (x: number): number => x * x);
