import { type Mailbox, readOptions, sha256Hex, type Transport } from '@postern/core';
import * as z from 'zod';
import type { ApiErrorDetails, ApiProvider } from './api/api-provider.js';
import { getRequest, jsonRequest } from './api/api-request.js';
import { type ApiResponse, isSuccess } from './api/api-response.js';
import { createApiTransport } from './api/api-transport.js';
import type { ApiTransportOptions } from './api/api-transport-options.js';
import { credentialSchema } from './api/credential-schema.js';
import { headerEntries } from './api/email-fields.js';
import type { Refusal } from './api/refusals.js';

export type { ApiTransportOptions };

/** Credentials of Brevo. */
export interface BrevoCredentials {
  /** An API key (SMTP & API, API Keys). It starts with `xkeysib-`. An SMTP key does not work. */
  apiKey: string;
}

/** The schema of {@link BrevoCredentials}. */
export const brevoCredentialsSchema: z.ZodType<BrevoCredentials> = z.strictObject({
  apiKey: credentialSchema,
});

/** https://developers.brevo.com/docs/how-it-works#error-codes */
const REFUSAL_OF_CODE: ReadonlyMap<string, Refusal> = new Map([
  ['unauthorized', 'credentials_refused'],
  ['api-key not found', 'credentials_refused'],
  ['Authentication failed', 'credentials_refused'],
  ['permission_denied', 'account_blocked'],
  ['account_under_validation', 'account_blocked'],
  ['not_enough_credits', 'account_quota'],
  ['Insufficient credits', 'account_quota'],
  ['DMARC policy requires domain authentication', 'sender_refused'],
  ['invalid_parameter', 'message_refused'],
  ['missing_parameter', 'message_refused'],
  ['out_of_range', 'message_refused'],
  ['bad_request', 'message_refused'],
]);

/** The key was used before, so the email was already accepted. */
const DUPLICATES: ReadonlySet<string> = new Set(['duplicate_request', 'Request already processed']);

const SENDERS = 'https://app.brevo.com/senders/domain/list';
const HINTS: ApiProvider['hints'] = {
  credentials_refused:
    'Create an API key at https://app.brevo.com/settings/keys/api, and allow the IP address of this machine at https://app.brevo.com/security/authorised_ips.',
  sender_refused: `Authenticate the domain of fromEmail at ${SENDERS}, or change fromEmail.`,
  message_refused: `The response names the parameter that is not valid. If it is the sender, verify it at ${SENDERS}.`,
  account_blocked:
    'Brevo has not activated transactional email for this account. Check https://app.brevo.com, or contact Brevo support.',
  account_quota: 'The account has used up its emails. Upgrade your plan at https://app.brevo.com/billing.',
};

const errorSchema = z.object({ code: z.string(), message: z.string().optional() });
const sentSchema = z.object({ messageId: z.string() });
const domainsSchema = z.object({
  domains: z.array(z.object({ domain_name: z.string(), authenticated: z.boolean() })),
  total_pages: z.int().optional(),
});
const namedSchema = z.object({ authenticated: z.boolean() });
const sendersSchema = z.object({ senders: z.array(z.object({ email: z.string(), active: z.boolean() })) });

/** Brevo refuses longer names. */
const LONGEST_NAME = 70;

const brevoMailbox = ({ name, address }: Mailbox) => ({
  email: address,
  ...(name && { name: [...name].slice(0, LONGEST_NAME).join('') }),
});

/**
 * Sends emails through the API of Brevo (https://developers.brevo.com/reference/send-transac-email). Brevo delivers an email
 * once if you send it again within 30 minutes. It replaces the `Message-ID`, and it uses only the first Reply-To address.
 *
 * To turn off click and open tracking, use the settings of your account: requests cannot change it.
 *
 * @throws {ConfigError} if the credentials or an option are not valid
 *
 * @example
 * ```ts
 * const transport = createBrevoTransport({ apiKey: process.env.BREVO_API_KEY ?? '' });
 * ```
 */
export function createBrevoTransport(
  credentials: BrevoCredentials,
  options: ApiTransportOptions = {},
): Transport {
  const { apiKey } = readOptions(brevoCredentialsSchema, credentials, 'createBrevoTransport');
  const authorization = { 'api-key': apiKey };
  const provider: ApiProvider = {
    name: 'brevo',
    title: 'Brevo',
    baseUrl: 'https://api.brevo.com',
    secrets: [apiKey],
    isIdempotent: true,
    hints: HINTS,
    async writeRequest(email) {
      const [replyTo] = email.replyTo ?? [];
      return jsonRequest('/v3/smtp/email', authorization, {
        sender: brevoMailbox(email.from),
        to: [{ email: email.to }],
        ...(replyTo && { replyTo: brevoMailbox(replyTo) }),
        subject: email.subject,
        textContent: email.text,
        ...(email.html && { htmlContent: email.html }),
        headers: {
          ...Object.fromEntries(headerEntries(email)),
          // https://developers.brevo.com/docs/heterogenous-versions-batch-emails
          idempotencyKey: await uuidOf(email.messageId),
        },
      });
    },
    readAcceptance({ json }) {
      const { messageId } = sentSchema.safeParse(json).data ?? {};
      return messageId === undefined ? undefined : { id: messageId, messageId };
    },
    readRefusal,
    isDuplicate: ({ json }) => DUPLICATES.has(errorSchema.safeParse(json).data?.code ?? ''),
    async check(call, sender) {
      const { response, refusal } = await call(getRequest('/v3/senders/domains', authorization));
      if (refusal) return refusal;
      const { domains = [], total_pages = 1 } = domainsSchema.safeParse(response.json).data ?? {};
      const isReady = domains.some(
        ({ domain_name, authenticated }) => authenticated && (sender.domain ?? domain_name) === domain_name,
      );
      if (isReady) return undefined;
      if (sender.domain !== undefined && total_pages > 1) {
        // The list has several pages, but the API documents no parameter for them.
        const path = `/v3/senders/domains/${encodeURIComponent(sender.domain)}`;
        const named = await call(getRequest(path, authorization));
        if (namedSchema.safeParse(named.response.json).data?.authenticated) return undefined;
      }
      const senders = await call(getRequest('/v3/senders', authorization));
      if (senders.refusal) return senders.refusal;
      const active = (sendersSchema.safeParse(senders.response.json).data?.senders ?? [])
        .filter((each) => each.active)
        .map(({ email }) => email.toLowerCase());
      if (sender.address ? active.includes(sender.address.toLowerCase()) : active.length > 0)
        return undefined;
      return { refusal: 'sender_refused', text: `${sender.domain ?? 'no domain'} is not authenticated` };
    },
  };
  return createApiTransport(provider, options, 'createBrevoTransport');
}

function readRefusal(response: ApiResponse): ApiErrorDetails | undefined {
  if (isSuccess(response)) return undefined;
  const { code = '', message: text } = errorSchema.safeParse(response.json).data ?? {};
  return { refusal: REFUSAL_OF_CODE.get(code), code, text };
}

/** Derives a UUID (RFC 9562 section 5.8), the only form of key that Brevo accepts. */
async function uuidOf(text: string): Promise<string> {
  const hex = (await sha256Hex(text)).slice(0, 32);
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-8$3-8$4-$5');
}
