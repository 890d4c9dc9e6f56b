import { carriesCode, functionSchema } from '@postern/core';
import { z } from 'zod';

/** 100 years. PostgreSQL and `Date` can add this duration without an overflow. */
const LONGEST_MS = 3_155_760_000_000;
const ms = z.number().min(0).max(LONGEST_MS, `must be ${LONGEST_MS} milliseconds (100 years) or less`);

/** Durations are in milliseconds. */
export const policySchema = z.strictObject({
  /**
   * Whether emails of a usage type carry a code. A newer code supersedes waiting ones, and the content of a failed code
   * is erased immediately. `enqueue` calls this function, and rejects with `config_invalid` unless it returns true or
   * false.
   * @default `carriesCode` of `@postern/core`
   */
  isCode: functionSchema<(type: string) => boolean>().default(() => carriesCode),
  /** Maximum number of attempts per delivery. @default 30: with the other defaults, two to three hours of retries */
  maxAttempts: z.int().min(1).default(30),
  /**
   * Maximum delay before the first retry. The delay is random, and its maximum doubles with each retry.
   * @default 1000
   */
  backoffMs: ms.default(1000),
  /** Upper limit of the doubled delay. @default 15 minutes */
  maxBackoffMs: ms.default(900_000),
  /** Maximum duration of an attempt. A longer attempt is aborted and counts as `timeout`. @default 2 minutes */
  attemptTimeoutMs: ms
    .min(1)
    .max(2 ** 31 - 1)
    .default(120_000),
  /**
   * Which emails to retry after `delivery_unknown`. Such an email can arrive twice, with the same `Message-ID`.
   * @default 'codes'
   */
  retryUnknown: z.enum(['codes', 'always', 'never']).default('codes'),
  /** How long an idempotency key identifies its first delivery. @default 24 hours */
  idempotencyWindowMs: ms.default(86_400_000),
  /** How long `queue.retry` can resend a failed email. The content of failed codes is not kept. @default 24 hours */
  keepFailedMs: ms.default(86_400_000),
  /** How long the record of a finished delivery is kept. @default 30 days */
  retentionMs: ms.default(2_592_000_000),
});

export type QueuePolicy = z.output<typeof policySchema>;
export type QueuePolicyInput = z.input<typeof policySchema>;
