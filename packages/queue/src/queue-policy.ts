import { carriesCode, functionSchema } from '@postern/core';
import { z } from 'zod';

/** A hundred years: what PostgreSQL and dates can still add up. */
const LONGEST_MS = 3_155_760_000_000;
const ms = z.number().min(0).max(LONGEST_MS, `must be ${LONGEST_MS} milliseconds (100 years) or less`);

/** Durations are in milliseconds. */
export const policySchema = z.strictObject({
  /**
   * Whether emails of a usage type carry a code: a newer one supersedes those that wait, and what fails is erased at once.
   * Asked by `enqueue`, which rejects with `config_invalid` unless the answer is true or false.
   * @default `carriesCode` of `@postern/core`
   */
  isCode: functionSchema<(type: string) => boolean>().default(() => carriesCode),
  /** How often one delivery is tried. @default 30, which with the other defaults takes between two and three hours */
  maxAttempts: z.int().min(1).default(30),
  /** The first retry comes within this time, at random; with each further one it doubles. @default 1000 */
  backoffMs: ms.default(1000),
  /** Where the doubling ends. @default 15 minutes */
  maxBackoffMs: ms.default(900_000),
  /** An attempt that takes longer is aborted and counts as `timeout`. @default 2 minutes */
  attemptTimeoutMs: ms
    .min(1)
    .max(2 ** 31 - 1)
    .default(120_000),
  /**
   * What is tried again after `delivery_unknown`, at the risk that it arrives twice, with the same `Message-ID`.
   * @default 'codes'
   */
  retryUnknown: z.enum(['codes', 'always', 'never']).default('codes'),
  /** How long an idempotency key identifies its first delivery. @default 24 hours */
  idempotencyWindowMs: ms.default(86_400_000),
  /** How long a failed email that carries no code keeps its encrypted content for `queue.retry`. @default 24 hours */
  keepFailedMs: ms.default(86_400_000),
  /** How long the row of a delivery that is over stays. @default 30 days */
  retentionMs: ms.default(2_592_000_000),
});

export type QueuePolicy = z.output<typeof policySchema>;
export type QueuePolicyInput = z.input<typeof policySchema>;
