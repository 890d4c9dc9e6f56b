import * as z from 'zod';
import type { ApiRefusalKind, ApiTrapResponse } from './api-fault.js';
import { lowercaseNames } from './api-headers.js';
import { parseMailboxes } from './api-mailboxes.js';
import { jsonOf } from './api-trap-request.js';
import type { ProviderApi } from './provider-api.js';

const oneOrMore = z.union([z.string().transform((one) => [one]), z.array(z.string())]);

/** https://resend.com/docs/api-reference/emails/send-email */
const emailSchema = z.object({
  from: z.string(),
  to: oneOrMore,
  cc: oneOrMore.default([]),
  bcc: oneOrMore.default([]),
  reply_to: oneOrMore.default([]),
  subject: z.string(),
  text: z.string().optional(),
  html: z.string().optional(),
  headers: z.record(z.string(), z.string()).default({}),
});

const error = (statusCode: number, name: string, message: string): ApiTrapResponse => ({
  status: statusCode,
  body: { statusCode, name, message },
});

/** https://resend.com/docs/api-reference/errors */
const REFUSALS: Readonly<Record<ApiRefusalKind, ApiTrapResponse>> = {
  unauthorized: error(401, 'validation_error', 'API key is invalid'),
  sender: error(403, 'validation_error', 'The example.com domain is not verified.'),
  recipient: error(422, 'validation_error', 'Invalid `to` field.'),
  rate_limited: error(429, 'rate_limit_exceeded', 'Too many requests.'),
  server_error: error(500, 'internal_server_error', 'An unexpected error occurred.'),
};

/** The API of Resend. */
export const resendApi: ProviderApi = {
  name: 'resend',
  purposeOf({ method, path }) {
    if (method === 'POST' && path === '/emails') return 'send';
    return method === 'GET' && /^\/domains(?:\?|$)/.test(path) ? 'verify' : undefined;
  },
  hasCredentials: ({ headers }) => /^Bearer \S/.test(headers.authorization ?? ''),
  readEmail(request, id) {
    const parsed = emailSchema.safeParse(jsonOf(request));
    if (!parsed.success) return error(422, 'validation_error', parsed.error.issues[0]?.message ?? '');
    const { from, to, cc, bcc, reply_to, subject, text = '', html, headers } = parsed.data;
    const [sender] = parseMailboxes([from]);
    const { 'message-id': messageId = `<${id}@resend.test>`, ...fields } = lowercaseNames(
      Object.entries(headers),
    );
    return {
      provider: 'resend',
      id,
      envelope: {
        from: sender?.address ?? '',
        to: parseMailboxes([...to, ...cc, ...bcc]).map(({ address }) => address),
      },
      ...(sender && { from: sender }),
      replyTo: parseMailboxes(reply_to),
      subject,
      text,
      ...(html !== undefined && { html }),
      headers: fields,
      messageId,
    };
  },
  accept: ({ id }) => ({ status: 200, body: { id } }),
  verify: () => ({
    status: 200,
    body: { object: 'list', has_more: false, data: [{ name: 'example.com', status: 'verified' }] },
  }),
  refuse: (kind) => REFUSALS[kind],
  idempotency: {
    keyOf: ({ headers }) => headers['idempotency-key'],
    conflict: error(409, 'invalid_idempotent_request', 'The key was used with a different payload.'),
  },
};
