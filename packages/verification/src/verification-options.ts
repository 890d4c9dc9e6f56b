import { type Clock, ConfigError, fromZodIssue, type Logger, type Mailer, readWebUrl } from '@postern/core';
import { z } from 'zod';
import { type Policy, type PolicyInput, policySchema } from './policy.js';
import type { Random } from './random.js';
import type { VerificationStore } from './verification-store.js';

export interface VerificationOptions {
  /** Sends the emails, e.g. `createMailer(…)`. */
  mailer: Pick<Mailer, 'send'> & Partial<Pick<Mailer, 'canShow'>>;
  /** `memoryStore()`, `postgresStore({ pool })`, or one of your own. */
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
  .string('has to be text, or a list of texts')
  .min(SHORTEST_SECRET, `has to have ${SHORTEST_SECRET} characters or more, from a random source`);

const optionsSchema = z.object({
  secret: z.preprocess(
    (secret) => (Array.isArray(secret) ? secret : [secret]),
    z.tuple([secretSchema], secretSchema),
  ),
  policy: policySchema.prefault({}),
  logger: z
    .custom<Logger>(
      (value) =>
        typeof value === 'object' &&
        value !== null &&
        ['debug', 'info', 'warn', 'error'].every((level) => level in value),
      'must be a logger, e.g. console',
    )
    .optional(),
  linkUrl: z
    .string()
    .refine(
      (text) => readWebUrl(text) !== undefined,
      'must be an https URL, such as https://app.example.com/sign-in/confirm',
    )
    .optional(),
});

/** @throws {ConfigError} with every problem */
export function parseOptions({ secret, policy, linkUrl, logger }: VerificationOptions): {
  secret: [string, ...string[]];
  policy: Policy;
  linkUrl?: string | undefined;
  logger?: Logger | undefined;
} {
  const parsed = optionsSchema.safeParse({ secret, policy, linkUrl, logger });
  if (parsed.success) return parsed.data;
  throw new ConfigError(parsed.error.issues.map(fromZodIssue));
}
