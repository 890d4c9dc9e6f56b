import { readOptions, type Transport } from '@postern/core';
import * as z from 'zod';
import type { ApiErrorDetails, ApiProvider } from './api/api-provider.js';
import { getRequest, jsonRequest } from './api/api-request.js';
import type { ApiResponse } from './api/api-response.js';
import { createApiTransport } from './api/api-transport.js';
import type { ApiTransportOptions } from './api/api-transport-options.js';
import { credentialSchema } from './api/credential-schema.js';
import { headerEntries, mailboxText } from './api/email-fields.js';
import type { Refusal } from './api/refusals.js';

export type { ApiTransportOptions };

/** Credentials of Postmark. */
export interface PostmarkCredentials {
  /** A server API token (Servers, API Tokens). */
  serverToken: string;
  /** The ID of the message stream. @default 'outbound' */
  messageStream?: string | undefined;
}

/** The schema of {@link PostmarkCredentials}. */
export const postmarkCredentialsSchema: z.ZodType<PostmarkCredentials> = z.strictObject({
  serverToken: credentialSchema,
  messageStream: credentialSchema.optional(),
});

/** https://postmarkapp.com/developer/api/overview#error-codes */
const REFUSAL_OF_CODE: ReadonlyMap<number, Refusal> = new Map([
  [10, 'credentials_refused'],
  [100, 'server_trouble'],
  [300, 'message_refused'],
  [400, 'sender_refused'],
  [401, 'sender_refused'],
  [402, 'request_refused'],
  [403, 'request_refused'],
  [405, 'account_quota'],
  [406, 'recipient_refused'],
  [409, 'request_refused'],
  [411, 'message_refused'],
  [412, 'sandbox'],
  [413, 'account_blocked'],
  [429, 'rate_limited'],
  [1235, 'request_refused'],
  [1236, 'request_refused'],
]);

const HINTS: ApiProvider['hints'] = {
  credentials_refused:
    'Copy the token from the API Tokens page of your server (https://account.postmarkapp.com/servers). An account token cannot send.',
  sender_refused:
    'Verify the domain of fromEmail at https://account.postmarkapp.com/signature_domains, or change fromEmail.',
  account_quota:
    'The account has used up its emails. Upgrade your plan at https://account.postmarkapp.com/subscription.',
  recipient_refused:
    'Postmark stopped sending to this address after a bounce or a complaint. Reactivate it on the Suppressions page of the message stream at https://account.postmarkapp.com/servers.',
  sandbox:
    'The account is not approved, or the server is a sandbox. Request approval at https://account.postmarkapp.com, and use the token of a live server.',
  account_blocked: 'Contact Postmark support at https://postmarkapp.com/contact.',
  request_refused: 'Set messageStream to the ID of a transactional stream of the server.',
};

const responseSchema = z.object({
  ErrorCode: z.int(),
  Message: z.string(),
  MessageID: z.string().optional(),
});
const serverSchema = z.object({ DeliveryType: z.string() });

/**
 * Sends emails through the API of Postmark (https://postmarkapp.com/developer/api/email-api). Click and open tracking are off.
 *
 * The API has no idempotency keys: after a lost response, the code is `delivery_unknown`. `verify` cannot check the sender,
 * because a server token cannot read the domains of the account.
 *
 * @throws {ConfigError} if the credentials or an option are not valid
 *
 * @example
 * ```ts
 * const transport = createPostmarkTransport({ serverToken: process.env.POSTMARK_SERVER_TOKEN ?? '' });
 * ```
 */
export function createPostmarkTransport(
  credentials: PostmarkCredentials,
  options: ApiTransportOptions = {},
): Transport {
  const { serverToken, messageStream = 'outbound' } = readOptions(
    postmarkCredentialsSchema,
    credentials,
    'createPostmarkTransport',
  );
  const authorization = { 'X-Postmark-Server-Token': serverToken };
  const provider: ApiProvider = {
    name: 'postmark',
    title: 'Postmark',
    baseUrl: 'https://api.postmarkapp.com',
    secrets: [serverToken],
    isIdempotent: false,
    hints: HINTS,
    writeRequest: (email) =>
      jsonRequest('/email', authorization, {
        From: mailboxText(email.from),
        To: email.to,
        ...(email.replyTo?.length && { ReplyTo: email.replyTo.map(mailboxText).join(', ') }),
        Subject: email.subject,
        TextBody: email.text,
        ...(email.html && { HtmlBody: email.html }),
        MessageStream: messageStream,
        TrackOpens: false,
        TrackLinks: 'None',
        Headers: [
          ...headerEntries(email),
          ['Message-ID', email.messageId] as const,
          // https://postmarkapp.com/developer/user-guide/send-email-with-smtp
          ['X-PM-KeepID', 'true'] as const,
        ].map(([Name, Value]) => ({ Name, Value })),
      }),
    readAcceptance({ json }) {
      const { ErrorCode, MessageID: id } = responseSchema.safeParse(json).data ?? {};
      return ErrorCode === 0 && id !== undefined ? { id } : undefined;
    },
    readRefusal,
    async check(call) {
      const { response, refusal } = await call(getRequest('/server', authorization));
      const { DeliveryType } = serverSchema.safeParse(response.json).data ?? {};
      return refusal ?? (DeliveryType === 'Sandbox' ? { refusal: 'sandbox', text: 'sandbox' } : undefined);
    },
  };
  return createApiTransport(provider, options, 'createPostmarkTransport');
}

function readRefusal(response: ApiResponse): ApiErrorDetails | undefined {
  const { ErrorCode = 0, Message } = responseSchema.safeParse(response.json).data ?? {};
  if (ErrorCode === 0) return undefined;
  return { refusal: REFUSAL_OF_CODE.get(ErrorCode), code: String(ErrorCode), text: Message };
}
