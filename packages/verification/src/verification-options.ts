import {
  type Clock,
  clockSchema,
  functionSchema,
  type Logger,
  loggerSchema,
  type Mailer,
  mailerSchema,
  objectWithMethods,
  readOptions,
  readWebUrl,
  type SecretKey,
  secretKeysSchema,
} from '@postern/core';
import * as z from 'zod';
import { type PolicyInput, policySchema } from './policy.js';
import { type Random, systemRandom } from './random.js';
import type { VerificationStore } from './verification-store.js';

export interface VerificationOptions {
  /** Sends the emails, such as `createMailer(…)`. */
  mailer: Pick<Mailer, 'send'> & Partial<Pick<Mailer, 'canShow'>>;
  /** `memoryStore()`, `postgresStore({ pool })`, `redisStore({ client })`, or a custom store. */
  store: VerificationStore;
  /**
   * The keys for everything that is stored. The first one signs, all of them verify. To rotate, deploy `[old, new]`, then
   * `[new, old]`, and remove the old key after the longest validity of codes and links and the longest window of the
   * limits.
   */
  keys: readonly SecretKey[];
  /** The rules that differ from the defaults. */
  policy?: PolicyInput | undefined;
  /**
   * The page that links lead to, such as `https://app.example.com/mail/links/{token}`. Without `{token}`, the token is
   * added to the query as `token`. Required for the method `link`.
   */
  linkUrl?: string | undefined;
  /**
   * Receives the id of a code or link that was replaced or canceled. It is the `idempotencyKey` of an email that a queue
   * can now drop. If the callback fails, `start` fails with its error, and the new email is not sent. The next start can
   * succeed after a few seconds.
   */
  onSuperseded?: ((mail: { readonly id: string }) => void | Promise<void>) | undefined;
  /**
   * The time that is passed to the store with every call. For tests.
   * @default the clock of the store. For `postgresStore` and `redisStore`, this is the clock of the server.
   */
  clock?: Clock | undefined;
  /**
   * Receives events for the operator: emails that fail after the answer (`verification.send_failed`), a `waitUntil` that
   * fails (`verification.wait_until_failed`), and clients without a valid address (`verification.client_unknown`, once).
   *
   * @default warnings and errors are written to the console, once per kind
   */
  logger?: Logger | undefined;
  /** @default Web Crypto */
  random?: Random | undefined;
}

const optionsSchema = z.strictObject({
  mailer: mailerSchema<VerificationOptions['mailer']>('send'),
  store: objectWithMethods<VerificationStore>(
    'a store, such as memoryStore(), postgresStore({ pool }) or redisStore({ client })',
    ...(['count', 'release', 'put', 'guess', 'find', 'take', 'remove'] as const),
  ),
  keys: secretKeysSchema,
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

export type ParsedVerificationOptions = z.output<typeof optionsSchema>;

/** @throws {ConfigError} with every problem */
export const readVerificationOptions = (options: VerificationOptions): ParsedVerificationOptions =>
  readOptions(optionsSchema, options, 'createVerification');
