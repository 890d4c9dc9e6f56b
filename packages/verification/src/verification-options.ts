import {
  type Clock,
  clockSchema,
  functionSchema,
  type Logger,
  loggerSchema,
  type Mailer,
  objectWithMethods,
  readOptions,
  readWebUrl,
} from '@postern/core';
import { z } from 'zod';
import { type PolicyInput, policySchema } from './policy.js';
import { type Random, systemRandom } from './random.js';
import type { VerificationStore } from './verification-store.js';

export interface VerificationOptions {
  /** Sends the emails, e.g. `createMailer(…)`. */
  mailer: Pick<Mailer, 'send'> & Partial<Pick<Mailer, 'canShow'>>;
  /** `memoryStore()`, `postgresStore({ pool })`, `redisStore({ client })`, or your own. */
  store: VerificationStore;
  /**
   * Signs everything that is kept: 32 characters or more from a random source. To rotate it, pass a list: the first
   * one signs, all of them verify.
   */
  secret: string | readonly string[];
  /** What differs from the defaults. */
  policy?: PolicyInput | undefined;
  /**
   * The page that links lead to, such as `https://app.example.com/mail/links/{token}`; without `{token}` the token is
   * added to the query as `token`. Needed for the method `link`.
   */
  linkUrl?: string | undefined;
  /**
   * Told the id of a code or link that a newer one replaced, or that was cancelled. It is the `idempotencyKey` of an
   * email which is worthless now: a queue can drop it. If it throws, the new email is not sent either.
   */
  onSuperseded?: ((mail: { readonly id: string }) => void | Promise<void>) | undefined;
  /**
   * Passed to the store with every call.
   * @default the store's own clock; that of `postgresStore` is the database's, the same for all processes
   */
  clock?: Clock | undefined;
  /**
   * Told what concerns the operator: emails that fail after the answer (`verification.send_failed`), and clients
   * without a usable address (`verification.client_unknown`, once).
   *
   * @default warnings and errors go to the console, each kind once
   */
  logger?: Logger | undefined;
  /** @default node:crypto */
  random?: Random | undefined;
}

const SHORTEST_SECRET = 32;
const secretSchema = z
  .string('must be a string, or a list of strings')
  .min(SHORTEST_SECRET, `must have ${SHORTEST_SECRET} characters or more, from a random source`);

const optionsSchema = z.strictObject({
  mailer: objectWithMethods<VerificationOptions['mailer']>('a mailer, such as createMailer(…)', 'send'),
  store: objectWithMethods<VerificationStore>(
    'a store, such as memoryStore(), postgresStore({ pool }) or redisStore({ client })',
    ...(['count', 'release', 'put', 'guess', 'find', 'take', 'remove'] as const),
  ),
  secret: z.preprocess(
    (secret: string | readonly string[]) => (Array.isArray(secret) ? secret : [secret]),
    z.tuple([secretSchema], secretSchema),
  ),
  policy: policySchema.prefault({}),
  linkUrl: z
    .string()
    .refine(
      (text) => readWebUrl(text) !== undefined,
      'must be an https URL, such as https://app.example.com/sign-in/confirm',
    )
    .optional(),
  onSuperseded: functionSchema<NonNullable<VerificationOptions['onSuperseded']>>().optional(),
  clock: clockSchema.optional(),
  logger: loggerSchema.optional(),
  random: objectWithMethods<Random>('a source of randomness', 'int', 'bytes').default(() => systemRandom),
});

/** @throws {ConfigError} with every problem */
export const readVerificationOptions = (options: VerificationOptions): z.output<typeof optionsSchema> =>
  readOptions(optionsSchema, options, 'createVerification');
