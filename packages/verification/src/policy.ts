import { readWebUrl } from '@postern/core';
import * as z from 'zod';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const duration = (atMost: number) => z.int().min(SECOND_MS).max(atMost);
const limit = z.int().min(1).max(1_000_000);

const limitPerHour = (standard: number) =>
  z
    .strictObject({
      limit: limit.default(standard),
      windowMs: duration(30 * DAY_MS).default(HOUR_MS),
    })
    .prefault({});

const isOrigin = (text: string) => readWebUrl(text)?.origin === text;

/** Minimum number of different codes. With fewer, guessing would be too likely to succeed. */
const FEWEST_CODES = 1_000_000;

/** Every rule with its default. */
export const policySchema = z
  .strictObject({
    /** @default 6 */
    codeLength: z.int().min(4).max(32).default(6),
    /** Characters of a code. `UNAMBIGUOUS` has no look-alikes. @default the ten digits */
    codeAlphabet: z
      .string()
      .regex(
        /^(?:([0-9A-Za-z])(?!.*\1)){2,}$/,
        'must be two or more ASCII letters or digits, without duplicates',
      )
      .default('0123456789'),
    /** Validity of a code, in milliseconds. @default 600,000 (10 minutes) */
    codeTtlMs: duration(DAY_MS).default(10 * MINUTE_MS),
    /** Validity of a link, in milliseconds. @default 600,000 (10 minutes) */
    linkTtlMs: duration(7 * DAY_MS).default(10 * MINUTE_MS),
    /** Minimum time between two emails to one address, of any type, in milliseconds. @default 60,000 (1 minute) */
    cooldownMs: z.int().min(0).max(DAY_MS).default(MINUTE_MS),
    /** Wrong guesses per address and type. @default 5 per hour */
    guesses: limitPerHour(5),
    /** Accepted emails per address. @default 5 per hour */
    perAddress: limitPerHour(5),
    /** Starts per IPv4 address or IPv6 /64. @default 300 per hour */
    perIp: limitPerHour(300),
    /** Wrong codes per IPv4 address or IPv6 /64. @default 200 per hour */
    checksPerIp: limitPerHour(200),
    /** Allowed origins of `redirectTo`, such as `https://app.example.com`. @default none */
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
    message: `must allow at least ${FEWEST_CODES} different codes`,
  })
  .readonly();

/** The rules that you can set. For the defaults, see the table in the README. */
export type PolicyInput = z.input<typeof policySchema>;
export type Policy = z.output<typeof policySchema>;

/** Capital letters and digits without look-alikes: no 0 O, 1 I L, 2 Z, 5 S, 8 B, U V. */
export const UNAMBIGUOUS = '34679ACDEFGHJKMNPQRTWXY';
