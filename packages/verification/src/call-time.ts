import { type Clock, MailError, systemClock } from '@postern/core';
import type { At } from './verification-store.js';

/** The time during one call. */
export interface CallTime {
  now(): number;
  /** The time to pass to the store, which has its own clock if the application passed none. */
  at(): At;
}

function read(clock: Clock): number {
  const now = clock.now();
  if (Number.isFinite(now)) return now;
  throw new MailError('config_invalid', 'The option clock of createVerification must return a number.', {
    stage: 'config',
    hint: 'Return milliseconds since the Unix epoch from now().',
  });
}

/**
 * Reads the clock when a call begins, before the call changes anything. If a later reading fails, the call continues with
 * the last time, so that it never stops halfway.
 *
 * @throws {MailError} `config_invalid` if the clock returns something else than a number
 */
export function startCallTime(clock: Clock | undefined): CallTime {
  const source = clock ?? systemClock;
  let last = read(source);
  const now = () => {
    try {
      last = read(source);
    } catch {
      // The call continues with the last time.
    }
    return last;
  };
  return { now, at: () => (clock ? { now: now() } : {}) };
}
