/** A module that waits for its importer. */
await (globalThis as { gate?: Promise<void> }).gate;

export function work(): void {}
