import { readOptions, type Transport } from '@postern/core';
import * as z from 'zod';
import type { ApiErrorDetails, ApiProvider } from './api/api-provider.js';
import { getRequest, jsonRequest } from './api/api-request.js';
import { type ApiResponse, isSuccess } from './api/api-response.js';
import { createApiTransport } from './api/api-transport.js';
import type { ApiTransportOptions } from './api/api-transport-options.js';
import { credentialSchema } from './api/credential-schema.js';
import { headerEntries } from './api/email-fields.js';
import { findInPages } from './api/find-in-pages.js';
import type { Refusal } from './api/refusals.js';

export type { ApiTransportOptions };

/** Credentials of Twilio SendGrid. */
export interface SendGridCredentials {
  /** An API key with the permission "Mail Send" (Settings, API Keys). It starts with `SG.`. */
  apiKey: string;
  /** `eu` for an API key of a subuser in the EU. @default 'global' */
  region?: 'global' | 'eu' | undefined;
}

/** The schema of {@link SendGridCredentials}. */
export const sendGridCredentialsSchema: z.ZodType<SendGridCredentials> = z.strictObject({
  apiKey: credentialSchema,
  region: z.enum(['global', 'eu']).optional(),
});

/** https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/requests */
const BASE_URLS = { global: 'https://api.sendgrid.com', eu: 'https://api.eu.sendgrid.com' } as const;

const SENDER_AUTHENTICATION = 'https://app.sendgrid.com/settings/sender_auth';
const HINTS: ApiProvider['hints'] = {
  credentials_refused:
    'Create an API key with the "Mail Send" permission at https://app.sendgrid.com/settings/api_keys. For a subuser in the EU, set the region to eu. SendGrid also responds with 401 if the account has used up its emails.',
  permission_missing:
    'Give the API key the "Mail Send" permission at https://app.sendgrid.com/settings/api_keys.',
  sender_refused: `Authenticate the domain of fromEmail at ${SENDER_AUTHENTICATION}, or change fromEmail.`,
};

/** Fields that SendGrid refuses: https://www.twilio.com/docs/sendgrid/api-reference/mail-send/errors */
const REFUSED_FIELDS: ReadonlySet<string> = new Set(['x-sg-id', 'x-sg-eid', 'received', 'dkim-signature']);

const errorSchema = z.object({
  errors: z.tuple([z.object({ message: z.string(), field: z.string().nullish() })], z.unknown()),
});
const PAGE_SIZE = 1000;

const scopesSchema = z.object({ scopes: z.array(z.string()) });
const domainsSchema = z.array(z.object({ domain: z.string(), valid: z.boolean() }));
const sendersSchema = z.object({
  results: z.array(z.object({ id: z.int().optional(), from_email: z.string(), verified: z.boolean() })),
});

/**
 * Sends emails through the API of Twilio SendGrid (https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send).
 * Click, open, and subscription tracking are off.
 *
 * The API has no idempotency keys: after a lost response, the code is `delivery_unknown`.
 *
 * @throws {ConfigError} if the credentials or an option are not valid
 *
 * @example
 * ```ts
 * const transport = createSendGridTransport({ apiKey: process.env.SENDGRID_API_KEY ?? '' });
 * ```
 */
export function createSendGridTransport(
  credentials: SendGridCredentials,
  options: ApiTransportOptions = {},
): Transport {
  const { apiKey, region = 'global' } = readOptions(
    sendGridCredentialsSchema,
    credentials,
    'createSendGridTransport',
  );
  const authorization = { Authorization: `Bearer ${apiKey}` };
  // https://www.twilio.com/docs/sendgrid/api-reference/domain-authentication/list-all-authenticated-domains
  const domainsPage = (domain: string | undefined, page: number) => {
    const search = domain === undefined ? '' : `&domain=${encodeURIComponent(domain)}`;
    const path = `/v3/whitelabel/domains?limit=${PAGE_SIZE}&offset=${page * PAGE_SIZE}${search}`;
    return getRequest(path, authorization);
  };
  const provider: ApiProvider = {
    name: 'sendgrid',
    title: 'SendGrid',
    baseUrl: BASE_URLS[region],
    secrets: [apiKey],
    isIdempotent: false,
    hints: HINTS,
    writeRequest: (email) =>
      jsonRequest('/v3/mail/send', authorization, {
        personalizations: [{ to: [{ email: email.to }] }],
        from: { email: email.from.address, ...(email.from.name && { name: email.from.name }) },
        ...(email.replyTo?.length && {
          reply_to_list: email.replyTo.map(({ name, address }) => ({
            email: address,
            ...(name && { name }),
          })),
        }),
        subject: email.subject,
        content: [
          { type: 'text/plain', value: email.text },
          ...(email.html ? [{ type: 'text/html', value: email.html }] : []),
        ],
        headers: {
          ...Object.fromEntries(
            headerEntries(email).filter(([name]) => !REFUSED_FIELDS.has(name.toLowerCase())),
          ),
          'Message-ID': email.messageId,
        },
        tracking_settings: {
          click_tracking: { enable: false, enable_text: false },
          open_tracking: { enable: false },
          subscription_tracking: { enable: false },
        },
      }),
    readAcceptance: ({ status, headers }) =>
      status === 202 ? { id: headers.get('X-Message-Id') ?? '' } : undefined,
    readRefusal,
    async check(call, sender) {
      const { response, refusal } = await call(getRequest('/v3/scopes', authorization));
      if (refusal) return refusal;
      const scopes = scopesSchema.safeParse(response.json).data?.scopes ?? [];
      if (!scopes.includes('mail.send')) return { refusal: 'permission_missing', text: 'mail.send' };
      const domains = await findInPages(
        call,
        domainsPage(sender.domain, 0),
        ({ json }, page) => {
          const items = domainsSchema.safeParse(json).data ?? [];
          const isFull = items.length === PAGE_SIZE;
          return { items, next: isFull ? domainsPage(sender.domain, page + 1) : undefined };
        },
        ({ domain, valid }) => valid && (sender.domain ?? domain) === domain,
      );
      // An API key that may only send cannot list domains.
      if (domains.found || domains.refusal) return undefined;
      const senders = await findInPages(
        call,
        getRequest('/v3/verified_senders', authorization),
        ({ json }) => {
          const { results: items = [] } = sendersSchema.safeParse(json).data ?? {};
          const last = items.at(-1)?.id;
          const path = `/v3/verified_senders?lastSeenID=${last}`;
          return { items, next: last === undefined ? undefined : getRequest(path, authorization) };
        },
        ({ from_email, verified }) =>
          verified && (sender.address ?? from_email).toLowerCase() === from_email.toLowerCase(),
      );
      return senders.found || senders.refusal
        ? undefined
        : { refusal: 'sender_refused', text: `${sender.domain ?? 'no domain'} is not authenticated` };
    },
  };
  return createApiTransport(provider, options, 'createSendGridTransport');
}

function readRefusal(response: ApiResponse): ApiErrorDetails | undefined {
  if (isSuccess(response)) return undefined;
  const [error] = errorSchema.safeParse(response.json).data?.errors ?? [];
  return {
    refusal: refusalOf(response.status, error?.field ?? ''),
    code: error?.field ?? undefined,
    text: error?.message,
  };
}

/** The API has no error codes, but names the field. */
function refusalOf(status: number, field: string): Refusal | undefined {
  if (field === 'from' || field.startsWith('from.')) return 'sender_refused';
  if (status !== 400) return undefined;
  return /^personalizations\.\d+\.to\b/.test(field) ? 'recipient_refused' : 'message_refused';
}
