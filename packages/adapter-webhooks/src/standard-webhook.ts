import type { Clock } from '@postern/core';
import { isSameText } from '@postern/http';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import {
  MOST_SIGNATURES,
  requireRecent,
  secretError,
  signatureMismatch,
  unauthorized,
} from './unauthorized.js';
import type { Authenticate } from './webhook-system.js';

interface StandardWebhookOptions {
  /** As the system shows them: base64, with the prefix `whsec_` or `v1,whsec_`. Several can be joined with `|`. */
  readonly secret: readonly string[];
  readonly toleranceMs: number;
  readonly clock: Clock;
}

const BASE64_SECRET = /^(?:v1,)?(?:whsec_)?[A-Za-z\d+/]{16,}={0,2}$/;
/** HMAC-SHA-256 in base64. */
const SIGNATURE = /^v1,[A-Za-z\d+/]{43}=$/;

/**
 * Checks signatures of Standard Webhooks. Each secret and each signature counts, so that secrets can be rotated.
 *
 * `Webhook.verify` of `standardwebhooks` has a fixed tolerance and uses the system clock, so this function calls `sign`.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 * @param headerPrefix `webhook`, or `svix` for systems that use Svix
 * @throws {ConfigError} if a secret is not valid
 */
export function standardSignature(
  headerPrefix: 'webhook' | 'svix',
  { secret, toleranceMs, clock }: StandardWebhookOptions,
  caller: string,
): Authenticate {
  const secrets = secret.flatMap((text) => text.split('|'));
  const webhooks = secrets.map((text) => {
    if (!BASE64_SECRET.test(text))
      throw secretError('must be the signing secret: whsec_ followed by base64', caller);
    return new StandardWebhook(text.replace(/^v1,/, ''));
  });
  return async (request, body) => {
    const header = (name: string) => request.header(`${headerPrefix}-${name}`) ?? '';
    const id = header('id');
    if (!/^[\x21-\x7e]{1,200}$/.test(id)) throw unauthorized('The request is not signed.');
    const time = requireRecent(header('timestamp'), toleranceMs, clock);
    // Supabase separates signatures with a comma and a space.
    const signatures = header('signature')
      .slice(0, 4096)
      .split(/,? /)
      .filter((text) => SIGNATURE.test(text))
      .slice(0, MOST_SIGNATURES);
    const expected = webhooks.map((webhook) => webhook.sign(id, new Date(time * 1000), body));
    const matches = await Promise.all(
      expected.flatMap((one) => signatures.map((presented) => isSameText(one, presented))),
    );
    if (!matches.includes(true)) throw signatureMismatch();
    return id;
  };
}
