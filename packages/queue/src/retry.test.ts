import { expect, test } from 'vitest';
import { policySchema } from './queue-policy.js';
import { settleFailure } from './retry.js';

const HOUR = 3_600_000;
const policy = policySchema.parse({});
const error = { code: 'connection_failed', message: 'It is down.' } as const;

/** How long a delivery is tried that always fails, and how often. */
function tryFor(random: () => number): { hours: number; attempts: number } {
  let now = 0;
  for (let attempts = 1; ; attempts += 1) {
    const failed = {
      type: 'OrganizationInvitation',
      attempts,
      expiresAt: undefined,
      error,
      isRetryable: true,
    };
    const { state, nextAttemptAt } = settleFailure(policy, random, { ...failed, now });
    if (state === 'failed') return { hours: now / HOUR, attempts };
    now = nextAttemptAt?.getTime() ?? Number.NaN;
  }
}

test('by default, an outage of two hours ends no email', () => {
  // What the jitter comes to on average.
  const { hours, attempts } = tryFor(() => 0.5);
  expect(attempts).toBe(30);
  expect(hours).toBeGreaterThan(2);
  expect(hours).toBeLessThan(3);
});
