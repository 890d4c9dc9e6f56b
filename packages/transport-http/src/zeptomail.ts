import { readOptions, type Transport } from '@postern/core';
import * as z from 'zod';
import type { ApiErrorDetails, ApiProvider } from './api/api-provider.js';
import { jsonRequest } from './api/api-request.js';
import type { ApiResponse } from './api/api-response.js';
import { createApiTransport } from './api/api-transport.js';
import type { ApiTransportOptions } from './api/api-transport-options.js';
import { credentialSchema } from './api/credential-schema.js';
import { headerEntries } from './api/email-fields.js';
import type { Refusal } from './api/refusals.js';

export type { ApiTransportOptions };

/** The data centers of Zoho: https://www.zoho.com/zeptomail/help/api/email-sending.html */
const DATA_CENTERS = ['com', 'eu', 'in', 'com.au', 'jp', 'ca', 'sa', 'com.cn'] as const;

/** Credentials of Zoho ZeptoMail. */
export interface ZeptoMailCredentials {
  /** The Send Mail token of the Mail Agent (Mail Agents, SMTP/API, API). `Zoho-enczapikey` before it is optional. */
  token: string;
  /** The data center of the account: the end of the address at which you log in. @default 'com' */
  region?: (typeof DATA_CENTERS)[number] | undefined;
}

const PREFIX = /^zoho-enczapikey +/i;

/** The schema of {@link ZeptoMailCredentials}. */
export const zeptoMailCredentialsSchema: z.ZodType<ZeptoMailCredentials> = z.strictObject({
  token: z
    .string()
    .overwrite((text) => text.replace(PREFIX, ''))
    .pipe(credentialSchema),
  region: z.enum(DATA_CENTERS).optional(),
});

/** https://www.zoho.com/zeptomail/help/api/error-codes.html */
const REFUSAL_OF_CODE: ReadonlyMap<string, Refusal> = new Map([
  ['SERR_157', 'credentials_refused'],
  ['SERR_156', 'host_refused'],
  ['SM_111', 'sender_refused'],
  ['SM_113', 'sender_refused'],
  ['SM_128', 'account_blocked'],
  ['AE_101', 'account_blocked'],
  ['SM_133', 'sandbox'],
  ['SMI_115', 'account_quota'],
  ['LE_101', 'account_quota'],
  ['LE_102', 'account_quota'],
  ['GE_102', 'message_refused'],
  ['SM_120', 'message_refused'],
  ['SM_127', 'message_refused'],
  ['SM_101', 'request_refused'],
]);

const HINTS: ApiProvider['hints'] = {
  credentials_refused:
    'Copy the Send Mail token from the API tab of your Mail Agent (Mail Agents, SMTP/API), and check the region.',
  permission_missing: 'Use the Send Mail token of an active Mail Agent.',
  host_refused: 'Add the IP address of this machine to the allowed IPs in the ZeptoMail settings.',
  sender_refused:
    'Verify the domain of fromEmail under Domains, and associate it with the Mail Agent, or change fromEmail.',
  sandbox: 'The trial limit is reached. Request a review of the account in ZeptoMail.',
  account_blocked: 'Request a review of the account in ZeptoMail, or contact ZeptoMail support.',
  account_quota: 'Buy credits under Subscription in ZeptoMail, or wait until the daily limit is reset.',
};

const detailSchema = z.object({ code: z.string(), message: z.string().optional() });
const errorSchema = z.object({
  error: detailSchema.extend({ details: z.array(detailSchema).default([]) }),
});
const sentSchema = z.object({ request_id: z.string(), data: z.array(z.unknown()) });

/**
 * Sends emails through the API of Zoho ZeptoMail (https://www.zoho.com/zeptomail/help/api/email-sending.html). Click and open
 * tracking are off. ZeptoMail replaces the `Message-ID`.
 *
 * The API has no idempotency keys: after a lost response, the code is `delivery_unknown`. `verify` checks the token, but not
 * the sender, because the token cannot read domains.
 *
 * @throws {ConfigError} if the credentials or an option are not valid
 *
 * @example
 * ```ts
 * const transport = createZeptoMailTransport({ token: process.env.ZEPTOMAIL_TOKEN ?? '', region: 'eu' });
 * ```
 */
export function createZeptoMailTransport(
  credentials: ZeptoMailCredentials,
  options: ApiTransportOptions = {},
): Transport {
  const { token, region = 'com' } = readOptions(
    zeptoMailCredentialsSchema,
    credentials,
    'createZeptoMailTransport',
  );
  const authorization = { Authorization: `Zoho-enczapikey ${token}` };
  const provider: ApiProvider = {
    name: 'zeptomail',
    title: 'ZeptoMail',
    baseUrl: `https://api.zeptomail.${region}`,
    secrets: [token],
    isIdempotent: false,
    hints: HINTS,
    writeRequest: (email) =>
      jsonRequest('/v1.1/email', authorization, {
        from: email.from,
        to: [{ email_address: { address: email.to } }],
        ...(email.replyTo?.length && { reply_to: email.replyTo }),
        subject: email.subject,
        textbody: email.text,
        ...(email.html && { htmlbody: email.html }),
        track_clicks: false,
        track_opens: false,
        client_reference: email.messageId,
        mime_headers: Object.fromEntries(headerEntries(email)),
      }),
    readAcceptance({ json }) {
      const sent = sentSchema.safeParse(json).data;
      return sent && { id: sent.request_id };
    },
    readRefusal,
    async check(call) {
      // With a valid token, a message without any field is refused because of the missing fields.
      const { refusal } = await call(jsonRequest('/v1.1/email', authorization, {}));
      const isMissingField = refusal?.refusal === 'message_refused' || refusal?.refusal === 'request_refused';
      return isMissingField && refusal.code ? undefined : refusal;
    },
  };
  return createApiTransport(provider, options, 'createZeptoMailTransport');
}

function readRefusal(response: ApiResponse): ApiErrorDetails | undefined {
  const error = errorSchema.safeParse(response.json).data?.error;
  if (!error) return undefined;
  const detail = error.details.find(({ code }) => REFUSAL_OF_CODE.has(code)) ?? error.details[0] ?? error;
  return {
    refusal: REFUSAL_OF_CODE.get(detail.code),
    code: detail.code,
    text: detail.message ?? error.message,
  };
}
