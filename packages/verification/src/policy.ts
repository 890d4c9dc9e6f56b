import { readWebUrl } from '@postern/core';
import { z } from 'zod';

const seconds = (atMost: number) => z.int().min(1).max(atMost);
const DAY = 86_400;
const limit = z.int().min(1).max(1_000_000);

const windowOf = (defaults: { limit: number; window: number }) =>
  z
    .strictObject({
      limit: limit.default(defaults.limit),
      window: seconds(30 * DAY).default(defaults.window),
    })
    .prefault({});

const isOrigin = (text: string) => readWebUrl(text)?.origin === text;

/** Fewer than this many codes would not hold against the guess budget. */
const FEWEST_CODES = 1_000_000;

/** Every rule with its default. Durations are in seconds. */
export const policySchema = z
  .strictObject({
    /** @default 6 */
    codeLength: z.int().min(4).max(32).default(6),
    /** What codes are made of; `UNAMBIGUOUS` avoids look-alikes. @default the ten digits */
    codeAlphabet: z
      .string()
      .regex(/^(?:([0-9A-Za-z])(?!.*\1)){2,}$/, 'must be two or more ASCII letters or digits, each once')
      .default('0123456789'),
    /** How long a code is good. @default 600 */
    codeTtl: seconds(DAY).default(600),
    /** How long a link is good. @default 600 */
    linkTtl: seconds(7 * DAY).default(600),
    /** Between two emails to one address, whatever their type. @default 60 */
    cooldown: z.int().min(0).max(DAY).default(60),
    /** Wrong guesses per address and type. @default 5 in 3600 */
    guesses: windowOf({ limit: 5, window: 3600 }),
    /** Emails per address. @default 5 in 3600 */
    perAddress: windowOf({ limit: 5, window: 3600 }),
    /** Starts per IPv4 address or IPv6 /64. @default 300 in 3600 */
    perIp: windowOf({ limit: 300, window: 3600 }),
    /** Checks with a wrong code per IPv4 address or IPv6 /64. @default 200 in 3600 */
    checksPerIp: windowOf({ limit: 200, window: 3600 }),
    /** Where `redirectTo` may lead, such as `https://app.example.com`. @default nowhere */
    redirectOrigins: z
      .array(
        z
          .string()
          .refine(isOrigin, 'must be an https origin without a path, such as https://app.example.com'),
      )
      .readonly()
      .default([]),
  })
  .refine(({ codeLength, codeAlphabet }) => codeAlphabet.length ** codeLength >= FEWEST_CODES, {
    path: ['codeLength'],
    message: `makes fewer than ${FEWEST_CODES} different codes, write a larger one`,
  })
  .readonly();

/** What may be set of the policy; see the table in the README. */
export type PolicyInput = z.input<typeof policySchema>;
export type Policy = z.output<typeof policySchema>;

/** Capitals and digits without those that are mistaken for each other: no 0 O, 1 I L, 2 Z, 5 S, 8 B, U V. */
export const UNAMBIGUOUS = '34679ACDEFGHJKMNPQRTWXY';
