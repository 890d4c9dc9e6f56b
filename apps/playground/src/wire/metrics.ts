/** `GET /api/metrics`: the last two minutes, second by second, oldest first. Seconds without anything are left out. */
export interface MetricsSeries {
  readonly seconds: readonly MetricsSecond[];
}

/** What was tried within one second, over all servers. */
export interface MetricsSecond {
  /** When it began, in whole seconds since the epoch. */
  readonly at: number;
  readonly accepted: number;
  readonly failed: number;
  /** How long the attempts took, in milliseconds; the median, the 95th percentile, and the longest. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly maxMs: number;
}
