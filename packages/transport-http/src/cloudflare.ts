import {
  type Email,
  type Mailbox,
  objectWithMethods,
  readOptions,
  type Transport,
  untilAborted,
} from '@postern/core';
import * as z from 'zod';
import type { ApiAcceptance, ApiErrorDetails, ApiProvider } from './api/api-provider.js';
import { getRequest, jsonRequest } from './api/api-request.js';
import { type ApiResponse, isSuccess } from './api/api-response.js';
import { createApiTransport } from './api/api-transport.js';
import type { ApiTransportOptions } from './api/api-transport-options.js';
import { credentialSchema } from './api/credential-schema.js';
import { headerEntries } from './api/email-fields.js';
import type { Refusal } from './api/refusals.js';

export type { ApiTransportOptions };

/** Credentials of the REST API of Cloudflare Email Sending, for any platform. */
export interface CloudflareCredentials {
  /** The ID of your Cloudflare account (dashboard, Account home). */
  accountId: string;
  /** An API token with the permission Email Sending (dashboard, My Profile, API Tokens). */
  apiToken: string;
}

/** A `send_email` binding of a Worker, such as `env.EMAIL`. */
export interface CloudflareEmailBinding {
  send(message: {
    from: string | { email: string; name: string };
    to: string;
    replyTo?: string | { email: string; name: string };
    subject: string;
    text?: string;
    html?: string;
    headers?: Record<string, string>;
  }): Promise<{ messageId: string }>;
}

/** The schema of {@link CloudflareCredentials}. */
export const cloudflareCredentialsSchema: z.ZodType<CloudflareCredentials> = z.strictObject({
  accountId: z.string().regex(/^[\da-f]{32}$/i, 'must be an account ID with 32 hexadecimal digits'),
  apiToken: credentialSchema,
});

const bindingSchema = z.strictObject({
  binding: objectWithMethods<CloudflareEmailBinding>('a send_email binding, such as env.EMAIL', 'send'),
});

/**
 * Error codes of the REST API and of the binding.
 *
 * https://developers.cloudflare.com/email-service/api/send-emails/rest-api/#error-responses
 * https://developers.cloudflare.com/email-service/api/send-emails/workers-api/#error-codes
 */
const REFUSAL_OF_CODE: ReadonlyMap<string, Refusal> = new Map([
  ['10000', 'request_refused'],
  ['10001', 'message_refused'],
  ['10002', 'server_trouble'],
  ['10004', 'rate_limited'],
  ['10100', 'server_trouble'],
  ['10101', 'credentials_refused'],
  ['10102', 'permission_missing'],
  ['10103', 'credentials_refused'],
  ['10105', 'account_blocked'],
  ['10200', 'message_too_large'],
  ['10202', 'message_refused'],
  ['10203', 'sender_refused'],
  ['E_SENDER_NOT_VERIFIED', 'sender_refused'],
  ['E_SENDER_DOMAIN_NOT_AVAILABLE', 'sender_refused'],
  ['E_RECIPIENT_NOT_ALLOWED', 'sandbox'],
  ['E_RECIPIENT_SUPPRESSED', 'recipient_refused'],
  // For any reason of the receiving server, so it does not mean that the address is wrong.
  ['E_DELIVERY_FAILED', 'server_trouble'],
  ['E_CONTENT_TOO_LARGE', 'message_too_large'],
  ['E_RATE_LIMIT_EXCEEDED', 'rate_limited'],
  ['E_DAILY_LIMIT_EXCEEDED', 'account_quota'],
  ['E_INTERNAL_SERVER_ERROR', 'server_trouble'],
]);

const CONSOLE = 'Cloudflare dashboard, Email Service, Email Sending';
const HINTS: ApiProvider['hints'] = {
  credentials_refused:
    'Check accountId and apiToken (Cloudflare dashboard, My Profile, API Tokens). The Global API Key does not work.',
  permission_missing:
    'Give the API token the "Email Sending" permission for this account (My Profile, API Tokens).',
  sender_refused: `Onboard the domain of fromEmail (${CONSOLE}). Also check allowed_sender_addresses in the binding.`,
  recipient_refused: `Check the address for typos. After a bounce or a complaint, it is on the suppression list (${CONSOLE}).`,
  sandbox:
    'Check allowed_destination_addresses in the binding. Without a paid Workers plan, Cloudflare sends only to verified addresses.',
  account_blocked: `Check that Email Sending is available for the account (${CONSOLE}).`,
  account_quota: `Wait until the next day, or request a higher limit (${CONSOLE}).`,
};

/** https://developers.cloudflare.com/email-service/reference/headers/ */
const ACCEPTED_FIELD =
  /^(?:x-.*|in-reply-to|references|list-(?:unsubscribe|unsubscribe-post|id|archive|help|owner|post|subscribe)|precedence|auto-submitted|content-language|keywords|comments|importance|priority|sensitivity|organization|require-recipient-valid-since|expires|reply-by|archived-at)$/i;

const errorSchema = z.object({
  errors: z.array(z.object({ code: z.union([z.number(), z.string()]), message: z.string() })).min(1),
});
const addresses = z.array(z.string()).default([]);
const sentSchema = z.object({
  result: z.object({
    message_id: z.string().optional(),
    delivered: addresses,
    queued: addresses,
    permanent_bounces: addresses,
    suppressed_recipients: addresses,
  }),
});

/**
 * Sends emails through Cloudflare Email Sending: by its REST API
 * (https://developers.cloudflare.com/email-service/api/send-emails/rest-api/), or in a Worker by a `send_email` binding
 * (https://developers.cloudflare.com/email-service/api/send-emails/workers-api/), which needs no API token.
 *
 * Cloudflare replaces the `Message-ID`, takes one reply-to address, and refuses header fields that are not in its list, so
 * they are left out: of Postern's own, `OTP-Token`. It has no idempotency keys. If a response is lost, the error is
 * `delivery_unknown`. With a binding, `verify` checks nothing, because Workers have no function for it.
 *
 * @throws {ConfigError} if the credentials or an option are not valid
 *
 * @example
 * ```ts
 * const transport = createCloudflareTransport({ binding: env.EMAIL });
 * ```
 */
export function createCloudflareTransport(
  credentials: CloudflareCredentials | { binding: CloudflareEmailBinding },
  options: ApiTransportOptions = {},
): Transport {
  const caller = 'createCloudflareTransport';
  const shared = {
    name: 'cloudflare',
    title: 'Cloudflare',
    baseUrl: 'https://api.cloudflare.com',
    isIdempotent: false,
    hints: HINTS,
    readAcceptance,
    readRefusal,
  } as const;
  if ('binding' in credentials) {
    const { binding } = readOptions(bindingSchema, credentials, caller);
    const provider: ApiProvider = {
      ...shared,
      secrets: [],
      writeRequest: (email) => jsonRequest('/', {}, messageOf(email, 'email', 'replyTo')),
      check: async () => undefined,
    };
    return createApiTransport(provider, { ...options, fetch: fetchByBinding(binding) }, caller);
  }
  const { accountId, apiToken } = readOptions(cloudflareCredentialsSchema, credentials, caller);
  const authorization = { Authorization: `Bearer ${apiToken}` };
  const provider: ApiProvider = {
    ...shared,
    secrets: [apiToken],
    writeRequest: (email) =>
      jsonRequest(
        `/client/v4/accounts/${accountId}/email/sending/send`,
        authorization,
        messageOf(email, 'address', 'reply_to'),
      ),
    async check(call) {
      // https://developers.cloudflare.com/api/resources/user/subresources/tokens/methods/verify/ and, for tokens of the account,
      // https://developers.cloudflare.com/api/resources/accounts/subresources/tokens/methods/verify/
      const { refusal } = await call(getRequest('/client/v4/user/tokens/verify', authorization));
      if (!refusal) return undefined;
      const path = `/client/v4/accounts/${accountId}/tokens/verify`;
      return (await call(getRequest(path, authorization))).refusal;
    },
  };
  return createApiTransport(provider, options, caller);
}

/** The REST API and the binding take the same message, with other names for two fields. */
function messageOf(email: Email, addressField: 'address' | 'email', replyToField: 'reply_to' | 'replyTo') {
  const mailbox = ({ name, address }: Mailbox) => (name ? { [addressField]: address, name } : address);
  const [replyTo] = email.replyTo ?? [];
  const headers = headerEntries(email).filter(([name]) => ACCEPTED_FIELD.test(name));
  return {
    from: mailbox(email.from),
    to: email.to,
    ...(replyTo && { [replyToField]: mailbox(replyTo) }),
    subject: email.subject,
    text: email.text,
    ...(email.html && { html: email.html }),
    ...(headers.length > 0 && { headers: Object.fromEntries(headers) }),
  };
}

/** Calls the binding like the REST API, whose responses it then resembles. */
const fetchByBinding =
  (binding: CloudflareEmailBinding): typeof fetch =>
  async (_url, init) => {
    const message = JSON.parse(String(init?.body));
    try {
      const sending = binding.send(message);
      const { messageId } = await untilAborted(sending, init?.signal ?? undefined, ({ reason }) => reason);
      return Response.json({ result: { message_id: messageId, queued: [message.to] } });
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      // Without a code of the service, the email may have been accepted.
      if (typeof code !== 'string' || !code.startsWith('E_') || !(error instanceof Error)) throw error;
      return Response.json({ errors: [{ code, message: error.message }] }, { status: 400 });
    }
  };

function readAcceptance({ json }: ApiResponse): ApiAcceptance | undefined {
  const { message_id: id, delivered, queued } = sentSchema.safeParse(json).data?.result ?? {};
  if (!delivered?.length && !queued?.length) return undefined;
  const messageId = id?.includes('@') ? { messageId: `<${id.replace(/^<|>$/g, '')}>` } : {};
  return { id: id ?? 'queued', ...messageId };
}

function readRefusal(response: ApiResponse): ApiErrorDetails | undefined {
  if (isSuccess(response)) {
    const { permanent_bounces, suppressed_recipients } =
      sentSchema.safeParse(response.json).data?.result ?? {};
    if (permanent_bounces?.length) return { refusal: 'recipient_refused', code: 'permanent_bounces' };
    if (suppressed_recipients?.length) return { refusal: 'recipient_refused', code: 'suppressed_recipients' };
    return undefined;
  }
  const [error] = errorSchema.safeParse(response.json).data?.errors ?? [];
  const code = String(error?.code ?? '');
  // All other codes of the binding describe a field of the message.
  const refusal = REFUSAL_OF_CODE.get(code) ?? (code.startsWith('E_') ? 'message_refused' : undefined);
  return { refusal, code, text: error?.message };
}
