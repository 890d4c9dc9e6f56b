import {
  encodeBase64Url,
  functionSchema,
  type GetAccessToken,
  readOptions,
  type Transport,
} from '@postern/core';
import { writeMimeMessage } from '@postern/core/mime';
import * as z from 'zod';
import { bearerAuthorization } from './api/access-token.js';
import type { ApiErrorDetails, ApiProvider } from './api/api-provider.js';
import { getRequest, jsonRequest } from './api/api-request.js';
import { type ApiResponse, isSuccess } from './api/api-response.js';
import { createApiTransport } from './api/api-transport.js';
import type { ApiTransportOptions } from './api/api-transport-options.js';
import { credentialSchema } from './api/credential-schema.js';
import type { Refusal } from './api/refusals.js';
import { tokenUrlSchema } from './api/token-url-schema.js';

export type { ApiTransportOptions };

/** Credentials of the Gmail API: a refresh token with the scope `https://www.googleapis.com/auth/gmail.send`. */
export interface GmailCredentials {
  /** The client ID of your application (Google Cloud console, Credentials). */
  clientId: string;
  /** The client secret of your application. */
  clientSecret: string;
  /** A refresh token of the account that sends. */
  refreshToken: string;
  /** The endpoint that issues tokens. @default Google's endpoint */
  tokenUrl?: string | undefined;
}

/** Credentials that your application provides, such as those of a service account. */
export interface GmailTokenCredentials {
  /** Returns an access token of the account that sends. */
  getAccessToken: GetAccessToken;
}

/** The schema of {@link GmailCredentials}. */
export const gmailCredentialsSchema: z.ZodType<GmailCredentials> = z.strictObject({
  clientId: credentialSchema,
  clientSecret: credentialSchema,
  refreshToken: credentialSchema,
  tokenUrl: tokenUrlSchema.optional(),
});

const tokenCredentialsSchema = z.strictObject({ getAccessToken: functionSchema<GetAccessToken>() });

/** https://developers.google.com/workspace/gmail/api/guides/handle-errors */
const REFUSAL_OF_REASON: ReadonlyMap<string, Refusal> = new Map([
  ['authError', 'credentials_refused'],
  ['accessNotConfigured', 'permission_missing'],
  ['insufficientPermissions', 'permission_missing'],
  ['delegationDenied', 'permission_missing'],
  ['forbidden', 'permission_missing'],
  ['domainPolicy', 'account_blocked'],
  ['failedPrecondition', 'account_blocked'],
  ['dailyLimitExceeded', 'account_quota'],
  ['quotaExceeded', 'account_quota'],
  ['rateLimitExceeded', 'rate_limited'],
  ['userRateLimitExceeded', 'rate_limited'],
  ['badRequest', 'message_refused'],
  ['invalidArgument', 'message_refused'],
  ['uploadTooLarge', 'message_too_large'],
  ['backendError', 'server_trouble'],
]);

const HINTS: ApiProvider['hints'] = {
  credentials_refused:
    'Create a new refresh token. Google revokes it if the user removes your application or changes the password, and after 7 days if the OAuth consent screen is in testing (Google Cloud console, Google Auth Platform, Audience).',
  permission_missing:
    'Enable the Gmail API in the Google Cloud console (APIs & Services), and request the scope https://www.googleapis.com/auth/gmail.send.',
  sender_refused:
    'Set fromEmail to the address of the account, or add it in the Gmail settings (Accounts, Send mail as).',
  account_blocked:
    'Check that Gmail is turned on for the account (Google Admin console, Apps, Google Workspace, Gmail).',
  account_quota:
    'Wait up to 24 hours, or raise the Gmail API quota in the Google Cloud console (APIs & Services, Quotas).',
};

const errorSchema = z.object({
  error: z.object({
    message: z.string().optional(),
    status: z.string().optional(),
    errors: z.array(z.object({ reason: z.string() })).default([]),
  }),
});
const sentSchema = z.object({ id: z.string() });
const sendersSchema = z.object({
  sendAs: z.array(
    z.object({
      sendAsEmail: z.string(),
      isPrimary: z.boolean().optional(),
      verificationStatus: z.string().optional(),
    }),
  ),
});

const SENDERS_PATH = '/gmail/v1/users/me/settings/sendAs';

/**
 * Sends emails through the Gmail API (https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.messages/send),
 * as raw messages with all header fields. Gmail stores each email in the folder Sent, and replaces a sender that is not an
 * alias of the account.
 *
 * Gmail has no idempotency keys. If a response is lost, the error is `delivery_unknown`.
 *
 * @throws {ConfigError} if the credentials or an option are not valid
 *
 * @example
 * ```ts
 * const transport = createGmailTransport({
 *   clientId: process.env.GOOGLE_CLIENT_ID ?? '',
 *   clientSecret: process.env.GOOGLE_CLIENT_SECRET ?? '',
 *   refreshToken: process.env.GOOGLE_REFRESH_TOKEN ?? '',
 * });
 * ```
 */
export function createGmailTransport(
  credentials: GmailCredentials | GmailTokenCredentials,
  options: ApiTransportOptions = {},
): Transport {
  const { source, secrets } = readCredentials(credentials);
  const { authorize, recentTokens } = bearerAuthorization(source, options.clock);
  const provider: ApiProvider = {
    name: 'gmail',
    title: 'Gmail',
    baseUrl: 'https://gmail.googleapis.com',
    secrets: {
      *[Symbol.iterator]() {
        yield* [...secrets, ...recentTokens()];
      },
    },
    isIdempotent: false,
    hints: HINTS,
    writeRequest: (email) =>
      jsonRequest('/gmail/v1/users/me/messages/send', {}, { raw: encodeBase64Url(writeMimeMessage(email)) }),
    authorize,
    readAcceptance: ({ json }) => sentSchema.safeParse(json).data,
    readRefusal,
    async check(call, sender) {
      const { response, refusal } = await call(getRequest(SENDERS_PATH, {}));
      // A token that may only send cannot read the settings.
      if (refusal?.code === 'insufficientPermissions') return undefined;
      if (refusal) return refusal;
      const aliases = sendersSchema.safeParse(response.json).data?.sendAs ?? [];
      const isReady = aliases.some(
        ({ sendAsEmail, isPrimary, verificationStatus }) =>
          sendAsEmail.toLowerCase() === sender.address?.toLowerCase() &&
          (isPrimary || verificationStatus === 'accepted'),
      );
      if (sender.address === undefined || isReady) return undefined;
      return { refusal: 'sender_refused', text: 'fromEmail is not an address of the account' };
    },
  };
  return createApiTransport(provider, options, 'createGmailTransport');
}

function readCredentials(credentials: GmailCredentials | GmailTokenCredentials) {
  if ('getAccessToken' in credentials) {
    const { getAccessToken } = readOptions(tokenCredentialsSchema, credentials, 'createGmailTransport');
    return { source: getAccessToken, secrets: [] };
  }
  const {
    clientId,
    clientSecret,
    refreshToken,
    tokenUrl = 'https://oauth2.googleapis.com/token',
  } = readOptions(gmailCredentialsSchema, credentials, 'createGmailTransport');
  const form = {
    grant_type: 'refresh_token',
    client_id: clientId,
    client_secret: clientSecret,
    refresh_token: refreshToken,
  };
  return { source: { url: tokenUrl, form }, secrets: [clientSecret, refreshToken] };
}

function readRefusal(response: ApiResponse): ApiErrorDetails | undefined {
  if (isSuccess(response)) return undefined;
  const { message, status, errors = [] } = errorSchema.safeParse(response.json).data?.error ?? {};
  const code = errors[0]?.reason ?? status ?? '';
  return { refusal: REFUSAL_OF_REASON.get(code), code, text: message };
}
