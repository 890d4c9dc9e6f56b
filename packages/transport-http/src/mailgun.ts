import { DOMAIN_OR_ID, readOptions, type Transport } from '@postern/core';
import * as z from 'zod';
import type { ApiErrorDetails, ApiProvider } from './api/api-provider.js';
import { basicAuthorization, getRequest } from './api/api-request.js';
import { type ApiResponse, isSuccess } from './api/api-response.js';
import { createApiTransport } from './api/api-transport.js';
import type { ApiTransportOptions } from './api/api-transport-options.js';
import { credentialSchema } from './api/credential-schema.js';
import { headerEntries, mailboxText } from './api/email-fields.js';

export type { ApiTransportOptions };

/** Credentials of Mailgun. */
export interface MailgunCredentials {
  /** A sending key of the domain (Domain settings, Sending keys), or an API key of the account. */
  apiKey: string;
  /** The sending domain, such as `mg.example.com`. */
  domain: string;
  /** The region of the domain. @default 'us' */
  region?: 'us' | 'eu' | undefined;
}

/** The schema of {@link MailgunCredentials}. */
export const mailgunCredentialsSchema: z.ZodType<MailgunCredentials> = z.strictObject({
  apiKey: credentialSchema,
  domain: z.string().regex(DOMAIN_OR_ID, 'must be a domain, such as mg.example.com'),
  region: z.enum(['us', 'eu']).optional(),
});

/** https://documentation.mailgun.com/docs/mailgun/api-reference/api-overview */
const BASE_URLS = { us: 'https://api.mailgun.net', eu: 'https://api.eu.mailgun.net' } as const;

const DOMAIN_SETTINGS = 'https://app.mailgun.com/mg/sending/domains';
const HINTS: ApiProvider['hints'] = {
  credentials_refused: `Create a sending key for the domain at ${DOMAIN_SETTINGS}, and check the region: US and EU have different keys.`,
  sender_refused: `Verify the domain at ${DOMAIN_SETTINGS}.`,
  sandbox: `A sandbox domain sends only to authorized recipients. Add a domain at ${DOMAIN_SETTINGS}.`,
  account_blocked: `Mailgun does not allow this domain to send. Check its state at ${DOMAIN_SETTINGS}.`,
  request_refused: `Check domain and region: the domain must be listed at ${DOMAIN_SETTINGS} in the same region.`,
};

const sentSchema = z.object({ id: z.string() });
const errorSchema = z.object({ message: z.string() });
const detailsSchema = z.object({
  domain: z.object({
    state: z.string(),
    type: z.string().optional(),
    is_disabled: z.boolean().optional(),
  }),
});

/**
 * Sends emails through the API of Mailgun
 * (https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages). Click and open tracking are off.
 *
 * The API has no idempotency keys: after a lost response, the code is `delivery_unknown`.
 *
 * @throws {ConfigError} if the credentials or an option are not valid
 *
 * @example
 * ```ts
 * const apiKey = process.env.MAILGUN_SENDING_KEY ?? '';
 * const transport = createMailgunTransport({ apiKey, domain: 'mg.example.com', region: 'eu' });
 * ```
 */
export function createMailgunTransport(
  credentials: MailgunCredentials,
  options: ApiTransportOptions = {},
): Transport {
  const {
    apiKey,
    domain,
    region = 'us',
  } = readOptions(mailgunCredentialsSchema, credentials, 'createMailgunTransport');
  const headers = { Accept: 'application/json', Authorization: basicAuthorization('api', apiKey) };
  const path = `/v3/${domain}/messages`;
  const provider: ApiProvider = {
    name: 'mailgun',
    title: 'Mailgun',
    baseUrl: BASE_URLS[region],
    secrets: [apiKey],
    isIdempotent: false,
    hints: HINTS,
    writeRequest(email) {
      const body = new FormData();
      body.append('from', mailboxText(email.from));
      body.append('to', email.to);
      body.append('subject', email.subject);
      body.append('text', email.text);
      if (email.html) body.append('html', email.html);
      body.append('h:Message-Id', email.messageId);
      if (email.replyTo?.length) body.append('h:Reply-To', email.replyTo.map(mailboxText).join(', '));
      for (const [name, value] of headerEntries(email)) body.append(`h:${name}`, value);
      for (const tracking of ['o:tracking', 'o:tracking-clicks', 'o:tracking-opens'])
        body.append(tracking, 'no');
      return { method: 'POST', path, headers, body };
    },
    readAcceptance: ({ json }) => sentSchema.safeParse(json).data,
    readRefusal: (response) => readRefusal(response, domain),
    async check(call) {
      const { response, refusal } = await call(getRequest(`/v4/domains/${domain}`, headers));
      if (refusal?.refusal === 'credentials_refused' || refusal?.refusal === 'account_blocked') {
        // A sending key cannot read the domain. With a valid key, a message without a recipient is a bad request.
        const body = new FormData();
        body.append('o:testmode', 'yes');
        const attempt = await call({ method: 'POST', path, headers, body });
        return attempt.refusal?.refusal === 'message_refused' ? undefined : attempt.refusal;
      }
      if (refusal) return refusal;
      const { state, type, is_disabled } = detailsSchema.safeParse(response.json).data?.domain ?? {};
      if (is_disabled || state === 'disabled') return { refusal: 'account_blocked', code: state };
      if (type === 'sandbox') return { refusal: 'sandbox', code: type };
      return state === 'active' ? undefined : { refusal: 'sender_refused', code: state };
    },
  };
  return createApiTransport(provider, options, 'createMailgunTransport');
}

/** The API has no error codes. */
function readRefusal(response: ApiResponse, domain: string): ApiErrorDetails | undefined {
  if (isSuccess(response)) return undefined;
  const { message: text } = errorSchema.safeParse(response.json).data ?? {};
  const { status } = response;
  if (status === 400) return { refusal: 'message_refused', text };
  if (status === 402) return { refusal: 'account_quota', text };
  if (status !== 403) return { text };
  return { refusal: domain.endsWith('.mailgun.org') ? 'sandbox' : 'account_blocked', text };
}
