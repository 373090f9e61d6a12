/** True where two types are the same, `false` else: also `any` and `unknown` are told apart. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2)
  ? true
  : false;

/** Compiles only for what is true. */
export function assertType<_T extends true>(): void {}
