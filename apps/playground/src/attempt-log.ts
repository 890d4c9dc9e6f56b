import { MailError, type Transport } from '@postern/core';
import type { Attempt, MetricsSecond } from './wire/delivery.js';

/** Records every attempt to deliver an email. */
export interface AttemptLog {
  /** Wraps a transport so that its attempts are recorded. */
  observe(server: Attempt['server'], transport: Transport): Transport;
  /** The attempts for one Message-ID, oldest first. */
  of(messageId: string): readonly Attempt[];
  /** The last two minutes, oldest first. */
  seconds(): readonly MetricsSecond[];
}

const MOST_KEPT = 5000;
const KEPT_SECONDS = 120;

export function createAttemptLog({ onAttempt }: { onAttempt(): void }): AttemptLog {
  let attempts: Attempt[] = [];
  let latest = 0;

  function record(attempt: Omit<Attempt, 'id' | 'at'>): void {
    latest += 1;
    attempts = [...attempts, { id: latest, at: new Date().toISOString(), ...attempt }].slice(-MOST_KEPT);
    onAttempt();
  }

  return {
    observe: (server, transport) => ({
      ...transport,
      async send(email, options) {
        const startedAt = performance.now();
        const { messageId } = email;
        const attempt = () => ({
          server,
          messageId,
          durationMs: Math.round(performance.now() - startedAt),
        });
        try {
          const receipt = await transport.send(email, options);
          record({ ...attempt(), outcome: 'accepted', message: receipt.response });
          return receipt;
        } catch (error) {
          record({ ...attempt(), outcome: 'failed', ...describe(error) });
          throw error;
        }
      },
    }),
    of: (messageId) => attempts.filter((attempt) => attempt.messageId === messageId),
    seconds() {
      const oldest = Date.now() / 1000 - KEPT_SECONDS;
      const bySecond = Map.groupBy(attempts, ({ at }) => Math.floor(Date.parse(at) / 1000));
      return [...bySecond].filter(([at]) => at > oldest).map(([at, each]) => summarize(at, each));
    },
  };
}

function describe(error: unknown): Partial<Attempt> {
  if (!(error instanceof MailError)) return {};
  const { code, stage, responseCode, message } = error;
  return { code, stage, message, ...(responseCode !== undefined && { responseCode }) };
}

/** The nearest rank, which is always a measured duration. */
const percentile = (sorted: readonly number[], part: number): number =>
  sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0;

function summarize(at: number, attempts: readonly Attempt[]): MetricsSecond {
  const sorted = attempts.map(({ durationMs }) => durationMs).sort((one, other) => one - other);
  const accepted = attempts.filter(({ outcome }) => outcome === 'accepted').length;
  return {
    at,
    accepted,
    failed: attempts.length - accepted,
    p50Ms: percentile(sorted, 0.5),
    p95Ms: percentile(sorted, 0.95),
    maxMs: sorted.at(-1) ?? 0,
  };
}
