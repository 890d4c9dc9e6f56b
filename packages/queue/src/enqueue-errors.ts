import { MailError } from '@postern/core';

/** Waiting emails are in memory, so their number is limited. */
export const MOST_WAITING = 10_000;

export const keyReused = () =>
  new MailError('idempotency_key_reused', 'The idempotency key belongs to another email.', {
    stage: 'payload',
    hint: 'Use a new key for each email. To repeat a request, keep its to, type, payload, locale, and expiresAt.',
  });

export const tooMany = () =>
  new MailError('rate_limited', `${MOST_WAITING} emails are already waiting to be stored.`, {
    stage: 'pool',
    hint: 'The database cannot keep up with the calls to enqueue. Try again later, or use more processes.',
  });

export const tooLate = (timeoutMs: number) =>
  new MailError('timeout', `The email was not stored within ${timeoutMs} milliseconds.`, {
    stage: 'pool',
    hint: 'Another transaction may hold the idempotency key, or the database is slow. With an idempotency key, it is safe to repeat the call.',
  });
