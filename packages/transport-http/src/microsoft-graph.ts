import {
  DOMAIN_OR_ID,
  type Email,
  functionSchema,
  type GetAccessToken,
  MAILBOX_OR_ID,
  type Mailbox,
  readOptions,
  type Transport,
} from '@postern/core';
import { encodeBase64, writeMimeMessage } from '@postern/core/mime';
import * as z from 'zod';
import { bearerAuthorization } from './api/access-token.js';
import type { ApiErrorDetails, ApiProvider } from './api/api-provider.js';
import { type ApiRequest, getRequest, jsonRequest } from './api/api-request.js';
import { type ApiResponse, isSuccess } from './api/api-response.js';
import { createApiTransport } from './api/api-transport.js';
import type { ApiTransportOptions } from './api/api-transport-options.js';
import { credentialSchema } from './api/credential-schema.js';
import { headerEntries } from './api/email-fields.js';
import type { Refusal } from './api/refusals.js';
import { tokenUrlSchema } from './api/token-url-schema.js';

export type { ApiTransportOptions };

/** Settings of the mailbox that sends. */
export interface MicrosoftGraphMailbox {
  /**
   * The mailbox that sends: its user principal name or object ID.
   * @default the address in `fromEmail` of each email
   */
  sender?: string | undefined;
  /**
   * Whether emails, with their codes and links, are stored in the folder Sent Items. With `false`, Graph takes emails only as
   * JSON: they have no plain text next to HTML, and only header fields whose names start with `X-`.
   * @default true
   */
  saveToSentItems?: boolean | undefined;
}

/** Credentials of Microsoft Graph: those of an application with the application permission `Mail.Send`. */
export interface MicrosoftGraphCredentials extends MicrosoftGraphMailbox {
  /** The directory (tenant) ID (Microsoft Entra admin center, App registrations). */
  tenantId: string;
  /** The application (client) ID. */
  clientId: string;
  /** The value of a client secret, not its ID. */
  clientSecret: string;
  /** The endpoint that issues tokens. @default the endpoint of the tenant at login.microsoftonline.com */
  tokenUrl?: string | undefined;
}

/** Credentials that your application provides, such as those of a managed identity. */
export interface MicrosoftGraphTokenCredentials extends MicrosoftGraphMailbox {
  /** Returns an access token with the permission `Mail.Send`. */
  getAccessToken: GetAccessToken;
}

const mailboxShape = {
  sender: z.string().regex(MAILBOX_OR_ID, 'must be the address or the object ID of a mailbox').optional(),
  saveToSentItems: z.boolean().optional(),
};

/** The schema of {@link MicrosoftGraphCredentials}. */
export const microsoftGraphCredentialsSchema: z.ZodType<MicrosoftGraphCredentials> = z.strictObject({
  tenantId: z.string().regex(DOMAIN_OR_ID, 'must be the ID or a domain of a directory (tenant)'),
  clientId: credentialSchema,
  clientSecret: credentialSchema,
  tokenUrl: tokenUrlSchema.optional(),
  ...mailboxShape,
});

const tokenCredentialsSchema = z.strictObject({
  getAccessToken: functionSchema<GetAccessToken>(),
  ...mailboxShape,
});

/**
 * https://learn.microsoft.com/graph/errors
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/responsecode
 */
const REFUSAL_OF_CODE: ReadonlyMap<string, Refusal> = new Map([
  ['InvalidAuthenticationToken', 'credentials_refused'],
  ['AuthenticationError', 'credentials_refused'],
  ['Authorization_RequestDenied', 'permission_missing'],
  ['ErrorAccessDenied', 'permission_missing'],
  ['accessDenied', 'permission_missing'],
  ['ErrorSendAsDenied', 'sender_refused'],
  ['ErrorInvalidUser', 'sender_refused'],
  ['ErrorNonExistentMailbox', 'sender_refused'],
  ['MailboxNotEnabledForRESTAPI', 'sender_refused'],
  ['MailboxNotSupportedForRESTAPI', 'sender_refused'],
  ['Request_ResourceNotFound', 'sender_refused'],
  ['ResourceNotFound', 'sender_refused'],
  ['ErrorInvalidRecipients', 'recipient_refused'],
  ['ErrorMessageSizeExceeded', 'message_too_large'],
  ['RequestEntityTooLarge', 'message_too_large'],
  ['ErrorMimeContentInvalid', 'message_refused'],
  ['ErrorMimeContentInvalidBase64String', 'message_refused'],
  ['InvalidInternetMessageHeader', 'message_refused'],
  ['InvalidInternetMessageHeaderCollection', 'message_refused'],
  ['ErrorAccountSuspend', 'account_blocked'],
  ['ErrorExceededMessageLimit', 'account_quota'],
  ['ErrorQuotaExceeded', 'account_quota'],
  ['ErrorSubmissionQuotaExceeded', 'account_quota'],
  ['ApplicationThrottled', 'rate_limited'],
  ['TooManyRequests', 'rate_limited'],
  ['activityLimitReached', 'rate_limited'],
  ['ErrorServerBusy', 'server_trouble'],
  ['ErrorInternalServerError', 'server_trouble'],
  ['ErrorInternalServerTransientError', 'server_trouble'],
  ['ErrorMailboxStoreUnavailable', 'server_trouble'],
  ['UnknownError', 'server_trouble'],
  ['serviceNotAvailable', 'server_trouble'],
]);

const ENTRA = 'Microsoft Entra admin center, App registrations';
const HINTS: ApiProvider['hints'] = {
  credentials_refused: `Check tenantId and clientId, and create a client secret if it has expired (${ENTRA}, Certificates & secrets). clientSecret is its value, not its ID.`,
  permission_missing: `Add the Microsoft Graph application permission Mail.Send and grant admin consent (${ENTRA}, API permissions). An application access policy in Exchange Online can exclude mailboxes.`,
  sender_refused:
    'Set fromEmail or sender to a licensed Exchange Online mailbox. To send from another address, grant the mailbox the "Send as" permission in the Exchange admin center.',
  account_quota:
    'Wait until the Exchange Online limit resets (30 messages per minute, 10,000 recipients per day). If the mailbox is full, empty the Sent Items folder.',
  account_blocked:
    'Unblock the mailbox in Microsoft Defender (Email & collaboration, Review, Restricted entities).',
};

const errorSchema = z.object({ error: z.object({ code: z.string(), message: z.string().optional() }) });

/**
 * Sends emails through Microsoft Graph (https://learn.microsoft.com/graph/api/user-sendmail), as MIME messages with all header
 * fields.
 *
 * Graph has no idempotency keys. If a response is lost, the error is `delivery_unknown`.
 *
 * @throws {ConfigError} if the credentials or an option are not valid
 *
 * @example
 * ```ts
 * const transport = createMicrosoftGraphTransport({
 *   tenantId: process.env.AZURE_TENANT_ID ?? '',
 *   clientId: process.env.AZURE_CLIENT_ID ?? '',
 *   clientSecret: process.env.AZURE_CLIENT_SECRET ?? '',
 * });
 * ```
 */
export function createMicrosoftGraphTransport(
  credentials: MicrosoftGraphCredentials | MicrosoftGraphTokenCredentials,
  options: ApiTransportOptions = {},
): Transport {
  const { source, secrets, sender, saveToSentItems = true } = readCredentials(credentials);
  const { authorize, recentTokens } = bearerAuthorization(source, options.clock);
  const userPath = (user: string) => `/v1.0/users/${encodeURIComponent(user)}`;
  const provider: ApiProvider = {
    name: 'microsoft-graph',
    title: 'Microsoft Graph',
    baseUrl: 'https://graph.microsoft.com',
    secrets: {
      *[Symbol.iterator]() {
        yield* [...secrets, ...recentTokens()];
      },
    },
    isIdempotent: false,
    hints: HINTS,
    writeRequest(email) {
      const path = `${userPath(sender ?? email.from.address)}/sendMail`;
      return saveToSentItems ? mimeRequest(path, email) : jsonRequest(path, {}, unsavedMessage(email));
    },
    authorize,
    readAcceptance: ({ status, headers }) =>
      // https://learn.microsoft.com/graph/best-practices-concept#reliability-and-support
      status === 202 ? { id: headers.get('request-id') ?? '' } : undefined,
    readRefusal,
    async check(call, { address }) {
      const user = sender ?? address;
      const path = user === undefined ? '/v1.0/organization' : userPath(user);
      const { refusal } = await call(getRequest(`${path}?$select=id`, {}));
      // An application with the permission Mail.Send alone cannot read users.
      return refusal?.code === 'Authorization_RequestDenied' ? undefined : refusal;
    },
  };
  return createApiTransport(provider, options, 'createMicrosoftGraphTransport');
}

function readCredentials(credentials: MicrosoftGraphCredentials | MicrosoftGraphTokenCredentials) {
  const caller = 'createMicrosoftGraphTransport';
  if ('getAccessToken' in credentials) {
    const { getAccessToken, ...mailbox } = readOptions(tokenCredentialsSchema, credentials, caller);
    return { ...mailbox, source: getAccessToken, secrets: [] };
  }
  const { tenantId, clientId, clientSecret, tokenUrl, ...mailbox } = readOptions(
    microsoftGraphCredentialsSchema,
    credentials,
    caller,
  );
  const form = {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    scope: 'https://graph.microsoft.com/.default',
  };
  // https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
  const url = tokenUrl ?? `https://login.microsoftonline.com/${tenantId}/oauth2/v2.0/token`;
  return { ...mailbox, source: { url, form }, secrets: [clientSecret] };
}

/** https://learn.microsoft.com/graph/outlook-send-mime-message */
const mimeRequest = (path: string, email: Email): ApiRequest => ({
  method: 'POST',
  path,
  headers: { Accept: 'application/json', 'Content-Type': 'text/plain' },
  body: encodeBase64(writeMimeMessage(email)),
});

/** Graph refuses more: InvalidInternetMessageHeaderCollection. */
const MOST_HEADER_FIELDS = 5;

const recipient = ({ name, address }: Mailbox) => ({ emailAddress: { address, ...(name && { name }) } });

/** https://learn.microsoft.com/graph/api/resources/message: other header fields are not accepted. */
const unsavedMessage = (email: Email) => ({
  saveToSentItems: false,
  message: {
    subject: email.subject,
    body: email.html
      ? { contentType: 'html', content: email.html }
      : { contentType: 'text', content: email.text },
    from: recipient(email.from),
    toRecipients: [recipient({ address: email.to })],
    ...(email.replyTo?.length && { replyTo: email.replyTo.map(recipient) }),
    internetMessageId: email.messageId,
    internetMessageHeaders: headerEntries(email)
      .filter(([name]) => /^x-/i.test(name))
      .slice(0, MOST_HEADER_FIELDS)
      .map(([name, value]) => ({ name, value })),
  },
});

function readRefusal(response: ApiResponse): ApiErrorDetails | undefined {
  if (isSuccess(response)) return undefined;
  const { code = '', message } = errorSchema.safeParse(response.json).data?.error ?? {};
  return { refusal: REFUSAL_OF_CODE.get(code), code, text: message };
}
