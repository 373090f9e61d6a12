/** A module of tasks that cannot be loaded. */
export function never(): void {}

throw new RangeError("this module throws");
