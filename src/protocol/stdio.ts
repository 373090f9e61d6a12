/** Where a stream of the child leads: to us, to where ours leads, or nowhere. */
export type Stdio = "pipe" | "inherit" | "ignore";
