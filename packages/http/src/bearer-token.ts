import { ConfigError } from '@postern/core';
import * as z from 'zod';
import { isSameText } from './same-text.js';

const secretSchema = z
  .string('must be a string')
  .min(16, 'must have at least 16 characters from a random source')
  .regex(/^[\w.~+/=-]+$/, 'must contain only letters, digits, and - . _ ~ + / = (RFC 6750)');
const secretsSchema = z.union([secretSchema, z.array(secretSchema).min(1)]);

/** Servers reject longer headers, too. */
const LONGEST_HEADER = 8192;

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
): (request: { header(name: string): string | undefined }) => Promise<boolean> {
  const parsed = secretsSchema.safeParse(secret);
  if (!parsed.success) {
    const message =
      'must have at least 16 characters from a random source: letters, digits, and - . _ ~ + / =';
    throw new ConfigError([{ severity: 'error', path: ['bearerToken'], code: 'not_allowed', message }]);
  }
  const secrets = [parsed.data].flat();
  return async (request) => {
    const header = request.header('authorization') ?? '';
    const token = header.length > LONGEST_HEADER ? undefined : /^Bearer +([\w.~+/=-]+) *$/i.exec(header)?.[1];
    // All secrets are compared, so that the time does not reveal which one was sent.
    const matches = await Promise.all(secrets.map((known) => isSameText(known, token ?? '')));
    return token !== undefined && matches.includes(true);
  };
}
