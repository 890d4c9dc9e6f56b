import { MailError, type Transport } from '@postern/core';
import type { Attempt } from './wire/delivery.js';
import type { MetricsSecond } from './wire/metrics.js';

/** What was tried, at which server, and how long it took. */
export interface AttemptLog {
  /** A transport that does the same, and is listened to. */
  observe(server: Attempt['server'], transport: Transport): Transport;
  /** Newest first. */
  recent(most: number): readonly Attempt[];
  /** The last two minutes, oldest first. */
  seconds(): readonly MetricsSecond[];
}

export interface AttemptListener {
  onAttempt(attempt: Attempt, second: MetricsSecond): void;
}

const MOST_KEPT = 1000;
const KEPT_SECONDS = 120;

interface Second {
  accepted: number;
  failed: number;
  readonly durations: number[];
}

export function createAttemptLog({ onAttempt }: AttemptListener): AttemptLog {
  let attempts: Attempt[] = [];
  let latest = 0;
  const seconds = new Map<number, Second>();

  function record(attempt: Omit<Attempt, 'id' | 'at'>): void {
    const now = Date.now();
    latest += 1;
    const recorded = { id: latest, at: new Date(now).toISOString(), ...attempt };
    attempts = [recorded, ...attempts].slice(0, MOST_KEPT);
    const at = Math.floor(now / 1000);
    const second = seconds.get(at) ?? { accepted: 0, failed: 0, durations: [] };
    second[attempt.outcome] += 1;
    second.durations.push(attempt.durationMs);
    seconds.set(at, second);
    for (const oldest of seconds.keys()) if (oldest < at - KEPT_SECONDS) seconds.delete(oldest);
    onAttempt(recorded, summarize(at, second));
  }

  return {
    observe: (server, transport) => ({
      ...transport,
      async send(email, options) {
        const startedAt = performance.now();
        const { messageId, type } = email;
        const tried = () => ({
          server,
          messageId,
          type,
          durationMs: Math.round(performance.now() - startedAt),
        });
        try {
          const receipt = await transport.send(email, options);
          record({ ...tried(), outcome: 'accepted', message: receipt.response });
          return receipt;
        } catch (error) {
          record({ ...tried(), outcome: 'failed', ...describe(error) });
          throw error;
        }
      },
    }),
    recent: (most) => attempts.slice(0, most),
    seconds: () => [...seconds].map(([at, second]) => summarize(at, second)),
  };
}

function describe(error: unknown): Partial<Attempt> {
  if (!(error instanceof MailError)) return {};
  const { code, stage, responseCode, message } = error;
  return { code, stage, message, ...(responseCode !== undefined && { responseCode }) };
}

/** The nearest rank: a duration that was really measured. */
const percentile = (sorted: readonly number[], part: number): number =>
  sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0;

function summarize(at: number, { accepted, failed, durations }: Second): MetricsSecond {
  const sorted = durations.toSorted((one, other) => one - other);
  return {
    at,
    accepted,
    failed,
    p50Ms: percentile(sorted, 0.5),
    p95Ms: percentile(sorted, 0.95),
    maxMs: sorted.at(-1) ?? 0,
  };
}
