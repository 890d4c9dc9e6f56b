import { createHash, timingSafeEqual } from 'node:crypto';
import { ConfigError } from '@postern/core';
import { z } from 'zod';

const secretSchema = z
  .string('must be a string')
  .min(16, 'must have at least 16 characters from a random source')
  .regex(/^[\w.~+/=-]+$/, 'must contain only letters, digits, and - . _ ~ + / = (RFC 6750)');
const secretsSchema = z.union([secretSchema, z.array(secretSchema).min(1)]);

/** Servers reject longer headers, too. */
const LONGEST_HEADER = 8192;

const digest = (text: string) => createHash('sha256').update(text).digest();

/**
 * Authorizes requests that send this secret as `Authorization: Bearer` (RFC 6750). The comparison takes constant time. To
 * rotate the secret, pass a list. Each secret in the list is accepted.
 *
 * @throws {ConfigError} if the secret is too short or not valid in a header field
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
      'must have at least 16 characters from a random source: letters, digits, and - . _ ~ + / =';
    throw new ConfigError([{ severity: 'error', path: ['bearerToken'], code: 'not_allowed', message }]);
  }
  const digests = [parsed.data].flat().map(digest);
  return (request) => {
    const header = request.header('authorization') ?? '';
    const token = header.length > LONGEST_HEADER ? undefined : /^Bearer +([\w.~+/=-]+) *$/i.exec(header)?.[1];
    // timingSafeEqual needs equal lengths, and digests always have the same length.
    const presented = digest(token ?? '');
    let isRight = false;
    for (const known of digests) if (timingSafeEqual(known, presented)) isRight = true;
    return isRight && token !== undefined;
  };
}
