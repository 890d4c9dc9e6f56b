import { type Mailbox, readOptions, type Transport } from '@postern/core';
import * as z from 'zod';
import type { ApiErrorDetails, ApiProvider } from './api/api-provider.js';
import { basicAuthorization, getRequest, jsonRequest } from './api/api-request.js';
import type { ApiResponse } from './api/api-response.js';
import { createApiTransport } from './api/api-transport.js';
import type { ApiTransportOptions } from './api/api-transport-options.js';
import { credentialSchema } from './api/credential-schema.js';
import { headerEntries } from './api/email-fields.js';
import { findInPages } from './api/find-in-pages.js';
import type { Refusal } from './api/refusals.js';

export type { ApiTransportOptions };

/** Credentials of Mailjet. */
export interface MailjetCredentials {
  /** The API key (Account settings, API Key Management). */
  apiKey: string;
  /** The secret key of the API key. */
  secretKey: string;
  /** `us` for an account in the US architecture. @default 'global' */
  region?: 'global' | 'us' | undefined;
}

/** The schema of {@link MailjetCredentials}. */
export const mailjetCredentialsSchema: z.ZodType<MailjetCredentials> = z.strictObject({
  apiKey: credentialSchema,
  secretKey: credentialSchema,
  region: z.enum(['global', 'us']).optional(),
});

/** https://dev.mailjet.com/email/guides/getting-started/ */
const BASE_URLS = { global: 'https://api.mailjet.com', us: 'https://api.us.mailjet.com' } as const;

/** https://dev.mailjet.com/email/guides/send-api-v31/#send-api-errors */
const REFUSAL_OF_CODE: ReadonlyMap<string, Refusal> = new Map([
  ['send-0006', 'sender_refused'],
  ['send-0007', 'sender_refused'],
  ['send-0008', 'sender_refused'],
  ['mj-0001', 'account_blocked'],
  ['mj-0011', 'message_too_large'],
  ['mj-0015', 'credentials_refused'],
]);

/** Fields that Mailjet sets, or that have a property of the message (error `send-0011`). */
const REFUSED_FIELDS =
  /^(?:x-mj-.*|x-mailjet-.*|x-csa-complaints|x-feedback-id|x-mailer|user-agent|list-id|return-path|delivered-to|dkim-signature|domainkey-status|received|received-spf|authentication-results)$/i;

const KEYS = 'https://app.mailjet.com/account/apikeys';
const HINTS: ApiProvider['hints'] = {
  credentials_refused: `Copy the API key and the secret key from ${KEYS}, and check the region.`,
  permission_missing: `Check the API key at ${KEYS}.`,
  sender_refused:
    'Validate the domain of fromEmail at https://app.mailjet.com/account/sender, or change fromEmail.',
  account_blocked: `Mailjet has suspended the API key. Check ${KEYS}, or contact Mailjet support.`,
};

const problemSchema = z.object({
  ErrorCode: z.string().optional(),
  ErrorMessage: z.string(),
  ErrorRelatedTo: z.array(z.string()).default([]),
});
const refusedSchema = z.union([
  z
    .object({ Messages: z.tuple([z.object({ Errors: z.tuple([problemSchema], z.unknown()) })], z.unknown()) })
    .transform(({ Messages }) => Messages[0].Errors[0]),
  problemSchema,
]);
const sentSchema = z.object({
  Messages: z.tuple([
    z.object({
      Status: z.literal('success'),
      To: z.tuple([z.object({ MessageUUID: z.string() })], z.unknown()),
    }),
  ]),
});
const sendersSchema = z.object({ Data: z.array(z.object({ Email: z.string(), Status: z.string() })) });

/** The maximum: https://github.com/mailjet/mailjet-apiv3-python#using-pagination */
const PAGE_SIZE = 1000;

const mailjetMailbox = ({ name, address }: Mailbox) => ({ Email: address, ...(name && { Name: name }) });

/**
 * Sends emails through the API of Mailjet (https://dev.mailjet.com/email/reference/send-emails/). Click and open tracking are
 * off. Mailjet replaces the `Message-ID`, and it uses only the first Reply-To address.
 *
 * The API has no idempotency keys: after a lost response, the code is `delivery_unknown`.
 *
 * @throws {ConfigError} if the credentials or an option are not valid
 *
 * @example
 * ```ts
 * const { MAILJET_API_KEY: apiKey = '', MAILJET_SECRET_KEY: secretKey = '' } = process.env;
 * const transport = createMailjetTransport({ apiKey, secretKey });
 * ```
 */
export function createMailjetTransport(
  credentials: MailjetCredentials,
  options: ApiTransportOptions = {},
): Transport {
  const {
    apiKey,
    secretKey,
    region = 'global',
  } = readOptions(mailjetCredentialsSchema, credentials, 'createMailjetTransport');
  const authorization = { Authorization: basicAuthorization(apiKey, secretKey) };
  const sendersPage = (page: number) =>
    getRequest(`/v3/REST/sender?Limit=${PAGE_SIZE}&Offset=${page * PAGE_SIZE}`, authorization);
  const provider: ApiProvider = {
    name: 'mailjet',
    title: 'Mailjet',
    baseUrl: BASE_URLS[region],
    secrets: [apiKey, secretKey],
    isIdempotent: false,
    hints: HINTS,
    writeRequest(email) {
      const [replyTo] = email.replyTo ?? [];
      const message = {
        From: mailjetMailbox(email.from),
        To: [{ Email: email.to }],
        ...(replyTo && { ReplyTo: mailjetMailbox(replyTo) }),
        Subject: email.subject,
        TextPart: email.text,
        ...(email.html && { HTMLPart: email.html }),
        Headers: Object.fromEntries(headerEntries(email).filter(([name]) => !REFUSED_FIELDS.test(name))),
        TrackClicks: 'disabled',
        TrackOpens: 'disabled',
      };
      return jsonRequest('/v3.1/send', authorization, { Messages: [message] });
    },
    readAcceptance({ json }) {
      const sent = sentSchema.safeParse(json).data;
      return sent && { id: sent.Messages[0].To[0].MessageUUID };
    },
    readRefusal,
    async check(call, sender) {
      // A validated domain is the sender *@example.com.
      const accepted = [`*@${sender.domain}`, sender.address?.toLowerCase()];
      const { found, refusal } = await findInPages(
        call,
        sendersPage(0),
        ({ json }, page) => {
          const { Data = [] } = sendersSchema.safeParse(json).data ?? {};
          return { items: Data, next: Data.length === PAGE_SIZE ? sendersPage(page + 1) : undefined };
        },
        ({ Email, Status }) =>
          Status === 'Active' && (sender.domain === undefined || accepted.includes(Email.toLowerCase())),
      );
      if (refusal) return refusal;
      if (found) return undefined;
      return { refusal: 'sender_refused', text: `${sender.domain ?? 'no sender'} is not validated` };
    },
  };
  return createApiTransport(provider, options, 'createMailjetTransport');
}

function readRefusal(response: ApiResponse): ApiErrorDetails | undefined {
  const error = refusedSchema.safeParse(response.json).data;
  if (!error) return undefined;
  const { ErrorCode = '', ErrorMessage, ErrorRelatedTo } = error;
  const [related = ''] = ErrorRelatedTo;
  return {
    refusal: refusalOf(response.status, ErrorCode, related),
    code: [ErrorCode, related].filter(Boolean).join(' '),
    text: ErrorMessage,
  };
}

function refusalOf(status: number, code: string, related: string): Refusal | undefined {
  const refusal = REFUSAL_OF_CODE.get(code);
  if (refusal || (status !== 200 && status !== 400)) return refusal;
  if (/^To\b/.test(related)) return 'recipient_refused';
  return /^From\b/.test(related) ? 'sender_refused' : 'message_refused';
}
