import * as z from 'zod';
import type { ApiRefusalKind, ApiTrapResponse } from './api-fault.js';
import { jsonOf } from './api-trap-request.js';
import type { ProviderApi } from './provider-api.js';

const mailbox = z
  .union([z.string(), z.object({ address: z.string(), name: z.string().optional() })])
  .transform((value) => (typeof value === 'string' ? { address: value } : value));
const oneOrMore = z.union([z.string().transform((one) => [one]), z.array(z.string())]).default([]);

/** https://developers.cloudflare.com/api/resources/email_sending/methods/send/ */
const emailSchema = z.object({
  from: mailbox,
  to: oneOrMore,
  cc: oneOrMore,
  bcc: oneOrMore,
  reply_to: mailbox.optional(),
  subject: z.string(),
  text: z.string().optional(),
  html: z.string().optional(),
  headers: z.record(z.string(), z.string()).default({}),
});

const error = (status: number, code: number, name: string): ApiTrapResponse => ({
  status,
  body: {
    success: false,
    errors: [{ code, message: `email.sending.error.${name}` }],
    messages: [],
    result: null,
  },
});

/** https://developers.cloudflare.com/email-service/api/send-emails/rest-api/#error-responses */
const REFUSALS: Readonly<Record<ApiRefusalKind, ApiTrapResponse>> = {
  unauthorized: error(401, 10101, 'authentication.unauthorized'),
  sender: error(403, 10203, 'email.sending_disabled'),
  recipient: error(400, 10001, 'invalid_request_schema'),
  rate_limited: error(429, 10004, 'throttled'),
  server_error: error(500, 10002, 'internal_server'),
};

/** The REST API of Cloudflare Email Sending. */
export const cloudflareApi: ProviderApi = {
  name: 'cloudflare',
  purposeOf({ method, path }) {
    if (method === 'POST' && /^\/client\/v4\/accounts\/[^/]+\/email\/sending\/send$/.test(path))
      return 'send';
    return method === 'GET' && /^\/client\/v4\/(?:user|accounts\/[^/]+)\/tokens\/verify$/.test(path)
      ? 'verify'
      : undefined;
  },
  hasCredentials: ({ headers }) => /^Bearer \S/.test(headers.authorization ?? ''),
  readEmail(request, id) {
    const parsed = emailSchema.safeParse(jsonOf(request));
    if (!parsed.success) return REFUSALS.recipient;
    const { from, to, cc, bcc, reply_to, subject, text = '', html, headers } = parsed.data;
    return {
      provider: 'cloudflare',
      id,
      envelope: { from: from.address, to: [...to, ...cc, ...bcc] },
      from,
      replyTo: reply_to ? [reply_to] : [],
      subject,
      text,
      ...(html !== undefined && { html }),
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
      ),
      // Cloudflare generates it.
      messageId: `<${id}@cloudflare.test>`,
    };
  },
  accept: ({ messageId, envelope }) => ({
    status: 200,
    body: {
      success: true,
      errors: [],
      messages: [],
      result: {
        message_id: messageId,
        delivered: envelope.to,
        queued: [],
        permanent_bounces: [],
        suppressed_recipients: [],
      },
    },
  }),
  verify: () => ({
    status: 200,
    body: { success: true, errors: [], messages: [], result: { id: 'token', status: 'active' } },
  }),
  refuse: (kind) => REFUSALS[kind],
};
