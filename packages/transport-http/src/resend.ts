import { readOptions, sha256Hex, type Transport } from '@postern/core';
import * as z from 'zod';
import type { ApiErrorDetails, ApiProvider } from './api/api-provider.js';
import { getRequest, jsonRequest } from './api/api-request.js';
import { type ApiResponse, isSuccess } from './api/api-response.js';
import { createApiTransport } from './api/api-transport.js';
import type { ApiTransportOptions } from './api/api-transport-options.js';
import { credentialSchema } from './api/credential-schema.js';
import { headerEntries, mailboxText } from './api/email-fields.js';
import { findInPages } from './api/find-in-pages.js';
import type { Refusal } from './api/refusals.js';

export type { ApiTransportOptions };

/** Credentials of Resend. */
export interface ResendCredentials {
  /** An API key with sending access (API Keys). It starts with `re_`. */
  apiKey: string;
}

/** The schema of {@link ResendCredentials}. */
export const resendCredentialsSchema: z.ZodType<ResendCredentials> = z.strictObject({
  apiKey: credentialSchema,
});

/** https://resend.com/docs/api-reference/errors */
const REFUSAL_OF_NAME: ReadonlyMap<string, Refusal> = new Map([
  ['missing_api_key', 'credentials_refused'],
  ['invalid_api_key', 'credentials_refused'],
  ['restricted_api_key', 'permission_missing'],
  ['invalid_access', 'permission_missing'],
  ['invalid_from_address', 'sender_refused'],
  ['missing_required_field', 'message_refused'],
  ['security_error', 'account_blocked'],
  ['monthly_quota_exceeded', 'account_quota'],
  ['daily_quota_exceeded', 'account_quota'],
  ['rate_limit_exceeded', 'rate_limited'],
  ['concurrent_idempotent_requests', 'in_progress'],
  ['invalid_idempotent_request', 'idempotency_key_reused'],
  ['application_error', 'server_trouble'],
  ['internal_server_error', 'server_trouble'],
]);

const NEW_KEY = 'Create an API key with sending access at https://resend.com/api-keys.';
const HINTS: ApiProvider['hints'] = {
  credentials_refused: NEW_KEY,
  permission_missing: NEW_KEY,
  sender_refused:
    'Verify the domain of fromEmail at https://resend.com/domains, or change fromEmail. Until then, Resend sends only to the address of your account.',
  account_quota:
    'Wait until Resend resets the quota, or upgrade the plan at https://resend.com/settings/billing.',
  rate_limited: 'Send more slowly with withRateLimit, or ask Resend for a higher limit.',
};

const errorSchema = z.object({ name: z.string(), message: z.string() });
const sentSchema = z.object({ id: z.string() });
const domainsSchema = z.object({
  data: z.array(z.object({ id: z.string().optional(), name: z.string(), status: z.string() })),
  has_more: z.boolean().optional(),
});

/** At most 256 characters (https://resend.com/docs/dashboard/emails/idempotency-keys) that a header field can contain. */
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,256}$/;

/**
 * Sends emails through the API of Resend (https://resend.com/docs/api-reference/emails/send-email). Resend delivers an email
 * once if you send it again within 24 hours.
 *
 * To turn off click and open tracking, use the settings of your domain: requests cannot change it.
 *
 * @throws {ConfigError} if the credentials or an option are not valid
 *
 * @example
 * ```ts
 * const transport = createResendTransport({ apiKey: process.env.RESEND_API_KEY ?? '' });
 * ```
 */
export function createResendTransport(
  credentials: ResendCredentials,
  options: ApiTransportOptions = {},
): Transport {
  const { apiKey } = readOptions(resendCredentialsSchema, credentials, 'createResendTransport');
  const authorization = { Authorization: `Bearer ${apiKey}` };
  const provider: ApiProvider = {
    name: 'resend',
    title: 'Resend',
    baseUrl: 'https://api.resend.com',
    secrets: [apiKey],
    isIdempotent: true,
    hints: HINTS,
    writeRequest: async (email) =>
      jsonRequest(
        '/emails',
        { ...authorization, 'Idempotency-Key': await idempotencyKeyOf(email.messageId) },
        {
          from: mailboxText(email.from),
          to: [email.to],
          ...(email.replyTo?.length && { reply_to: email.replyTo.map(mailboxText) }),
          subject: email.subject,
          text: email.text,
          ...(email.html && { html: email.html }),
          headers: { ...Object.fromEntries(headerEntries(email)), 'Message-ID': email.messageId },
        },
      ),
    readAcceptance: ({ json }) => sentSchema.safeParse(json).data,
    readRefusal,
    async check(call, sender) {
      const { found, refusal } = await findInPages(
        call,
        getRequest('/domains', authorization),
        ({ json }) => {
          const { data = [], has_more } = domainsSchema.safeParse(json).data ?? {};
          const last = data.at(-1)?.id;
          // https://resend.com/docs/api-reference/pagination
          const path =
            last !== undefined && has_more && `/domains?limit=100&after=${encodeURIComponent(last)}`;
          return { items: data, next: path ? getRequest(path, authorization) : undefined };
        },
        ({ name, status }) => status === 'verified' && (sender.domain ?? name) === name,
      );
      // A key that may only send cannot list domains.
      if (found || refusal?.code === 'restricted_api_key') return undefined;
      if (refusal) return refusal;
      return {
        refusal: 'sender_refused',
        text: sender.domain ? `${sender.domain} is not verified` : 'no domain is verified',
      };
    },
  };
  return createApiTransport(provider, options, 'createResendTransport');
}

/** The Message-ID, or a hash of it. A shortened Message-ID could be the key of two emails. */
const idempotencyKeyOf = async (messageId: string): Promise<string> =>
  IDEMPOTENCY_KEY.test(messageId) ? messageId : sha256Hex(messageId);

function readRefusal(response: ApiResponse): ApiErrorDetails | undefined {
  if (isSuccess(response)) return undefined;
  const { name = '', message } = errorSchema.safeParse(response.json).data ?? {};
  return { refusal: refusalOf(response.status, name), code: name, text: message };
}

function refusalOf(status: number, name: string): Refusal | undefined {
  // This name has a different meaning for each status.
  if (name === 'validation_error' && status === 403) return 'sender_refused';
  if (name === 'validation_error' && status !== 401) return 'message_refused';
  return REFUSAL_OF_NAME.get(name);
}
