import { createHash, timingSafeEqual } from 'node:crypto';
import { ConfigError } from '@postern/core';
import { z } from 'zod';

const secretSchema = z
  .string('has to be text')
  .min(16, 'has to have 16 characters or more, from a random source')
  .regex(/^[\w.~+/=-]+$/, 'may hold letters, digits and - . _ ~ + / = (RFC 6750), nothing else');
const secretsSchema = z.union([secretSchema, z.array(secretSchema).min(1)]);

/** Servers refuse longer ones, too. */
const LONGEST_HEADER = 8192;

const digest = (text: string) => createHash('sha256').update(text).digest();

/**
 * Authorizes requests with `Authorization: Bearer` and this secret (RFC 6750), compared in constant time. To rotate
 * it, pass a list: each of them is good.
 *
 * @throws {ConfigError} when the secret is too short or can't stand in a header field
 *
 * @example
 * ```ts
 * createMailRouter({ mailer, authorize: bearerToken(secret) });
 * ```
 */
export function bearerToken(
  secret: string | readonly string[],
): (request: { header(name: string): string | undefined }) => boolean {
  const parsed = secretsSchema.safeParse(secret);
  if (!parsed.success) {
    const message =
      'has to have 16 characters or more, of letters, digits and - . _ ~ + / =, from a random source';
    throw new ConfigError([{ severity: 'error', path: ['bearerToken'], code: 'not_allowed', message }]);
  }
  const digests = [parsed.data].flat().map(digest);
  return (request) => {
    const header = request.header('authorization') ?? '';
    const token = header.length > LONGEST_HEADER ? undefined : /^Bearer +([\w.~+/=-]+) *$/i.exec(header)?.[1];
    // Digests have one length, whatever the token's.
    const presented = digest(token ?? '');
    let isRight = false;
    for (const known of digests) if (timingSafeEqual(known, presented)) isRight = true;
    return isRight && token !== undefined;
  };
}
