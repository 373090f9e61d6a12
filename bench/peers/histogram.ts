import { loadPeer } from "./load.ts";

/** What the workloads need of HdrHistogram. */
export interface Histogram {
  readonly maxValue: number;
  readonly totalCount: number;
  recordValue(value: number): void;
  getValueAtPercentile(percentile: number): number;
  reset(): void;
}

interface HdrHistogram {
  build(options: { numberOfSignificantValueDigits: 3 }): Histogram;
}

/** A histogram of whole numbers above 0, such as nanoseconds, that keeps three digits of each. */
export async function newHistogram(): Promise<Histogram> {
  const loaded = await loadPeer<HdrHistogram & { default?: HdrHistogram }>("hdr-histogram-js");
  return (loaded.default ?? loaded).build({ numberOfSignificantValueDigits: 3 });
}
