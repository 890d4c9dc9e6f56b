import { sign } from 'node:crypto';
import { type AccessToken, redact, type SmtpAuth } from '@postern/core';
import { TokenError } from './token-error.js';

/** The OAuth2 part of a config. */
export type OAuth2Auth = Extract<SmtpAuth, { type: 'oauth2' }>;

const GOOGLE_TOKEN_URL = 'https://oauth2.googleapis.com/token';

/** How long a request signed with a service key is valid, in seconds. */
const ASSERTION_LIFETIME = 300;

/** The maximum size of a response from a token endpoint, in bytes. */
const LONGEST_ANSWER = 1 << 20;

const base64Url = (text: string) => Buffer.from(text).toString('base64url');

/** Creates a JWT signed with the key of a service account (RFC 7523). */
function signAssertion(
  auth: Extract<OAuth2Auth, { serviceClient: string }>,
  aud: string,
  now: number,
): string {
  const iat = Math.floor(now / 1000);
  const { user: sub, serviceClient: iss, privateKey } = auth;
  const claims = { iss, sub, aud, iat, exp: iat + ASSERTION_LIFETIME, scope: 'https://mail.google.com/' };
  const unsigned = `${base64Url('{"alg":"RS256","typ":"JWT"}')}.${base64Url(JSON.stringify(claims))}`;
  return `${unsigned}.${sign('sha256', Buffer.from(unsigned), privateKey).toString('base64url')}`;
}

/** The form of a token request. */
function formFor(auth: OAuth2Auth, url: string, now: number): Record<string, string> {
  if ('serviceClient' in auth)
    return {
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: signAssertion(auth, url, now),
    };
  const { clientId, clientSecret } = auth;
  // A public client has no secret, and must not send one.
  const client = {
    ...(clientId !== undefined && { client_id: clientId }),
    ...(clientSecret !== undefined && { client_secret: clientSecret }),
  };
  if ('scope' in auth) return { ...client, grant_type: 'client_credentials', scope: auth.scope };
  return { ...client, grant_type: 'refresh_token', refresh_token: auth.refreshToken ?? '' };
}

async function readAtMost(stream: AsyncIterable<Uint8Array>, most: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > most)
      throw new TokenError('EOAUTH2', `the response from the token endpoint has more than ${most} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parseJson(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

/** Reads the response of the endpoint (RFC 6749 sections 5.1 and 5.2). */
function readAnswer(status: number, answer: Record<string, unknown>, now: number): AccessToken {
  const token = textOf(answer.access_token);
  const reason = textOf(answer.error);
  if (status < 400 && token !== undefined) {
    const lifetime = Number(answer.expires_in);
    return { token, expiresAt: lifetime > 0 ? now + lifetime * 1000 : undefined };
  }
  if (status >= 500 || status === 429)
    throw new TokenError('EFETCH', `the token endpoint responded with status ${status}`, reason);
  if (reason === undefined)
    throw new TokenError('EOAUTH2', `the token endpoint responded with status ${status} and no token`);
  const description = textOf(answer.error_description);
  throw new TokenError('EOAUTH2', description === undefined ? reason : `${reason}: ${description}`, reason);
}

/** Handles a network failure before or during the response. */
function failForNow(error: unknown): never {
  if (error instanceof TokenError) throw error;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? ` (${cause.code})` : '';
  throw new TokenError('EFETCH', `the token endpoint did not respond${code}`);
}

/**
 * Requests an access token from the token endpoint.
 *
 * @throws {TokenError}
 */
export async function requestToken(auth: OAuth2Auth, signal: AbortSignal): Promise<AccessToken> {
  const url = auth.accessUrl ?? GOOGLE_TOKEN_URL;
  const form = formFor(auth, url, Date.now());
  const response = await fetch(url, {
    method: 'POST',
    body: new URLSearchParams(form),
    // Send secrets only to the configured endpoint.
    redirect: 'error',
    signal,
  }).catch(failForNow);
  const text = response.body ? await readAtMost(response.body, LONGEST_ANSWER).catch(failForNow) : '';
  // An endpoint may quote the rejected request.
  return readAnswer(response.status, parseJson(redact(text, [form.assertion ?? ''])), Date.now());
}
