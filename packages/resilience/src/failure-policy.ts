import { carriesCode, type Email, type MailError, type MailErrorCode } from '@postern/core';
import { z } from 'zod';

/** By usage type: whether an email that may have arrived is sent once more, at the risk of arriving twice. */
export type MayDuplicate = Readonly<Record<string, boolean>>;

export const mayDuplicateSchema = z.record(z.string(), z.boolean()).default({});

/** A second copy of a code is harmless, and without any nobody gets in; who is invited twice is annoyed. */
const mayBeSentTwice = (type: string, mayDuplicate: MayDuplicate): boolean =>
  Object.hasOwn(mayDuplicate, type) ? mayDuplicate[type] === true : carriesCode(type);

/** Whether the same transport is tried again. */
export const isRetried = (error: MailError, { type }: Email, mayDuplicate: MayDuplicate): boolean =>
  error.retryable && (error.code !== 'delivery_unknown' || mayBeSentTwice(type, mayDuplicate));

interface FailureRule {
  /** Whether the next transport gets the email; `mayDuplicate` leaves it to the usage type. */
  readonly next: 'always' | 'retryable' | 'mayDuplicate' | 'never';
  /** What the failure says of the transport; `unknown` where it was not asked. */
  readonly transport: 'down' | 'up' | 'unknown';
}

/**
 * The next transport gets the email where this one, its server or its account was at fault. A verdict on the email or on
 * its recipient is final: it must not be got around, nor cost a second provider its good name.
 */
const FAILURE_RULES: Readonly<Record<MailErrorCode, FailureRule>> = {
  config_invalid: { next: 'always', transport: 'down' },
  template_not_found: { next: 'never', transport: 'unknown' },
  template_invalid: { next: 'never', transport: 'unknown' },
  payload_invalid: { next: 'never', transport: 'unknown' },
  idempotency_key_reused: { next: 'never', transport: 'unknown' },
  recipient_invalid: { next: 'never', transport: 'unknown' },
  connection_failed: { next: 'always', transport: 'down' },
  tls_failed: { next: 'always', transport: 'down' },
  auth_failed: { next: 'always', transport: 'down' },
  host_rejected: { next: 'always', transport: 'down' },
  // One account may not send: it is blocked, over its limit, or does not know the sender. Another one may.
  sender_rejected: { next: 'always', transport: 'down' },
  recipient_rejected: { next: 'never', transport: 'up' },
  message_rejected: { next: 'retryable', transport: 'up' },
  // Full for now; skipping it for longer than that would waste what it can take.
  rate_limited: { next: 'always', transport: 'up' },
  timeout: { next: 'always', transport: 'down' },
  delivery_unknown: { next: 'mayDuplicate', transport: 'down' },
  expired: { next: 'never', transport: 'unknown' },
  aborted: { next: 'never', transport: 'unknown' },
  closed: { next: 'always', transport: 'down' },
};

/** Whether the next transport gets the email. */
export function isFailedOver(error: MailError, { type }: Email, mayDuplicate: MayDuplicate): boolean {
  const { next } = FAILURE_RULES[error.code];
  switch (next) {
    case 'always':
      return true;
    case 'retryable':
      return error.retryable;
    case 'mayDuplicate':
      return mayBeSentTwice(type, mayDuplicate);
    case 'never':
      return false;
  }
}

/** What the failure says of the transport that it came from. */
export const stateAfter = (error: MailError): FailureRule['transport'] => FAILURE_RULES[error.code].transport;
