import {
  type AccessToken,
  type Clock,
  createTokenSource,
  type GetAccessToken,
  MailError,
  untilAborted,
} from '@postern/core';
import * as z from 'zod';
import { isSuccess } from './api-response.js';
import type { AuthorizationContext, Authorize } from './authorization.js';
import { refusalOfStatus } from './refusals.js';

/** A request for a token (RFC 6749 section 4). */
export interface TokenRequest {
  /** The token endpoint. */
  readonly url: string;
  /** The parameters, including those with secrets. */
  readonly form: Readonly<Record<string, string>>;
}

/** RFC 6750 section 2.1. */
const tokenSchema = z.string().regex(/^[\w.~+/-]+=*$/);
const issuedSchema = z.object({
  access_token: tokenSchema,
  // Without a valid value, the token is used until the API refuses it.
  expires_in: z.coerce.number().positive().optional().catch(undefined),
});
const refusedSchema = z.object({ error: z.string(), error_description: z.string().optional() });
const givenSchema = z.object({ token: tokenSchema, expiresAt: z.coerce.number() });

/** Adds an access token to requests. A token is used until it expires, and replaced once if the API refuses it. */
export function bearerAuthorization(
  source: TokenRequest | GetAccessToken,
  clock: Clock | undefined,
): { authorize: Authorize; recentTokens: () => readonly string[] } {
  const tokens = createTokenSource(
    (context: AuthorizationContext) =>
      typeof source === 'function' ? askApplication(source, context) : requestToken(source, context),
    undefined,
    clock,
  );
  return {
    recentTokens: tokens.recent,
    async authorize(request, context) {
      const { token, isNew } = await untilAborted(tokens.get(context), context.signal);
      return {
        request: { ...request, headers: { ...request.headers, Authorization: `Bearer ${token}` } },
        renew: () => !isNew && tokens.discard(token),
      };
    },
  };
}

async function requestToken(
  { url, form }: TokenRequest,
  context: AuthorizationContext,
): Promise<AccessToken> {
  const response = await context.call(url, {
    method: 'POST',
    headers: { Accept: 'application/json', 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  });
  const issued = issuedSchema.safeParse(response.json).data;
  if (isSuccess(response) && issued)
    return {
      token: issued.access_token,
      ...(issued.expires_in && { expiresAt: context.now + issued.expires_in * 1000 }),
    };
  const { error, error_description: text } = refusedSchema.safeParse(response.json).data ?? {};
  const ofStatus = refusalOfStatus(response.status);
  const isTemporary = ofStatus === 'server_trouble' || ofStatus === 'rate_limited';
  throw context.toError(
    { refusal: isTemporary ? ofStatus : 'credentials_refused', code: error ?? 'no access token', text },
    response,
  );
}

async function askApplication(
  getAccessToken: GetAccessToken,
  { timeoutMs }: AuthorizationContext,
): Promise<AccessToken> {
  const given = await untilAborted(
    call(getAccessToken),
    AbortSignal.timeout(timeoutMs),
    () => new MailError('timeout', 'getAccessToken did not respond in time.', { stage: 'auth' }),
  );
  const parsed = givenSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new MailError('auth_failed', 'The result of getAccessToken is not valid.', {
    stage: 'auth',
    hint: 'Return { token, expiresAt }. expiresAt is a Date or a number of milliseconds since the Unix epoch.',
  });
}

async function call(getAccessToken: GetAccessToken): Promise<unknown> {
  try {
    return await getAccessToken();
  } catch (error) {
    // The message can contain secrets.
    const name = error instanceof Error ? ` (${error.name})` : '';
    throw new MailError('connection_failed', `getAccessToken failed${name}.`, {
      stage: 'auth',
      hint: 'Log the error in getAccessToken. The email was not sent.',
    });
  }
}
