/** Cannot be imported. */
export function unreachable(): void {}

throw new RangeError("the module is in a bad mood");
