import { carriesCode, type Email, type MailError, type MailErrorCode } from '@postern/core';
import * as z from 'zod';

/** By usage type: whether to send an email again that may have arrived, at the risk of a duplicate. */
export type MayDuplicate = Readonly<Record<string, boolean>>;

export const mayDuplicateSchema = z.record(z.string(), z.boolean()).default({});

/** A duplicate code is harmless, and without a code the person cannot sign in. A duplicate invitation is annoying. */
const mayBeSentTwice = (type: string, mayDuplicate: MayDuplicate): boolean =>
  Object.hasOwn(mayDuplicate, type) ? mayDuplicate[type] === true : carriesCode(type);

/** Whether to retry with the same transport. */
export const isRetried = (error: MailError, { type }: Email, mayDuplicate: MayDuplicate): boolean =>
  error.retryable && (error.code !== 'delivery_unknown' || mayBeSentTwice(type, mayDuplicate));

interface FailureRule {
  /** Whether the email goes to the next transport. With `mayDuplicate`, it depends on the usage type. */
  readonly next: 'always' | 'retryable' | 'mayDuplicate' | 'never';
  /** The state of the transport that the failure indicates. `unknown` if the transport was not used. */
  readonly transport: 'down' | 'up' | 'unknown';
}

/**
 * The email goes to the next transport if this one, its server, or its account is the problem. A permanent rejection of the
 * email or its recipient is never retried through another provider, because it would also damage that provider's reputation.
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
  // This account cannot send: it is blocked, over its limit, or not authorized for the sender. Another account may be able to.
  sender_rejected: { next: 'always', transport: 'down' },
  recipient_rejected: { next: 'never', transport: 'up' },
  message_rejected: { next: 'retryable', transport: 'up' },
  // The limit is temporary. Skipping the transport for longer would waste its capacity.
  rate_limited: { next: 'always', transport: 'up' },
  timeout: { next: 'always', transport: 'down' },
  delivery_unknown: { next: 'mayDuplicate', transport: 'down' },
  expired: { next: 'never', transport: 'unknown' },
  aborted: { next: 'never', transport: 'unknown' },
  closed: { next: 'always', transport: 'down' },
};

/** Whether the email goes to the next transport. */
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

/** The state of the transport that its failure indicates. */
export const stateAfter = (error: MailError): FailureRule['transport'] => FAILURE_RULES[error.code].transport;
