import { type Clock, MailError, systemClock } from '@postern/core';
import type { At } from './verification-store.js';

/** The time during one call. */
export interface CallTime {
  now(): number;
  /** The time to pass to the store, or nothing if the store uses its own clock. */
  at(): At;
}

function read(clock: Clock): number {
  const now = clock.now();
  if (Number.isFinite(now)) return now;
  throw new MailError('config_invalid', 'The `clock` option of createVerification must return a number.', {
    stage: 'config',
    hint: 'Make now() return milliseconds since the Unix epoch.',
  });
}

/**
 * Reads the clock at the start of a call, before the call changes anything. If a later reading fails, the call continues
 * with the last time, so it never stops halfway.
 *
 * @throws {MailError} `config_invalid` if the clock does not return a number
 */
export function startCallTime(clock: Clock | undefined): CallTime {
  const source = clock ?? systemClock;
  let last = read(source);
  const now = () => {
    try {
      last = read(source);
    } catch {
      // Keep the last time.
    }
    return last;
  };
  return { now, at: () => (clock ? { now: now() } : {}) };
}
