import type { JobLimits } from "./job.ts";

/** What a call asks for beyond its result, as many others may ask for it. */
export interface CallTerms {
  readonly limits: JobLimits | undefined;
  readonly priority: number;
}

/** What most calls ask for: nothing. */
export const PLAIN_TERMS: CallTerms = { limits: undefined, priority: 0 };

/** True where two calls ask for the same. */
export function sameTerms(a: CallTerms, b: CallTerms): boolean {
  return a.priority === b.priority && (a.limits === b.limits || sameLimits(a.limits, b.limits));
}

function sameLimits(a: JobLimits | undefined, b: JobLimits | undefined): boolean {
  return a !== undefined && b !== undefined && a.signal === b.signal && a.timeout === b.timeout &&
    a.queueTimeout === b.queueTimeout && a.retries === b.retries && a.grace === b.grace;
}
