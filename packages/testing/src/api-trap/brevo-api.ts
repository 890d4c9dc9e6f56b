import * as z from 'zod';
import type { ApiRefusalKind, ApiTrapResponse } from './api-fault.js';
import { lowercaseNames } from './api-headers.js';
import { jsonOf } from './api-trap-request.js';
import type { ProviderApi } from './provider-api.js';

const mailboxSchema = z
  .object({ email: z.string(), name: z.string().max(70).optional() })
  .transform(({ email, name }) => (name ? { name, address: email } : { address: email }));

/** https://developers.brevo.com/reference/send-transac-email */
const emailSchema = z.object({
  sender: mailboxSchema,
  to: z.array(mailboxSchema).min(1),
  cc: z.array(mailboxSchema).default([]),
  bcc: z.array(mailboxSchema).default([]),
  replyTo: mailboxSchema.optional(),
  subject: z.string(),
  textContent: z.string().optional(),
  htmlContent: z.string().optional(),
  headers: z.record(z.string(), z.string()).default({}),
});

const error = (status: number, code: string, message: string): ApiTrapResponse => ({
  status,
  body: { code, message },
});

/** https://developers.brevo.com/docs/how-it-works#error-codes */
const REFUSALS: Readonly<Record<ApiRefusalKind, ApiTrapResponse>> = {
  unauthorized: error(401, 'unauthorized', 'Key not found'),
  sender: error(400, 'DMARC policy requires domain authentication', 'The domain is not authenticated.'),
  recipient: error(400, 'invalid_parameter', 'email is not valid in to'),
  rate_limited: error(429, 'too_many_requests', 'Too many requests'),
  server_error: error(500, 'internal_error', 'Internal error'),
};

/** The API of Brevo. */
export const brevoApi: ProviderApi = {
  name: 'brevo',
  purposeOf({ method, path }) {
    if (method === 'POST' && path === '/v3/smtp/email') return 'send';
    return /^\/v3\/senders(?:\/domains(?:\/[^/]+)?)?$/.test(path) ? 'verify' : undefined;
  },
  hasCredentials: ({ headers }) => Boolean(headers['api-key']),
  readEmail(request, id) {
    const parsed = emailSchema.safeParse(jsonOf(request));
    if (!parsed.success) return error(400, 'invalid_parameter', parsed.error.issues[0]?.message ?? '');
    const { sender, to, cc, bcc, replyTo, subject, textContent = '', htmlContent, headers } = parsed.data;
    const { idempotencykey: _, ...fields } = lowercaseNames(Object.entries(headers));
    return {
      provider: 'brevo',
      id,
      envelope: { from: sender.address, to: [...to, ...cc, ...bcc].map(({ address }) => address) },
      from: sender,
      replyTo: replyTo ? [replyTo] : [],
      subject,
      text: textContent,
      ...(htmlContent !== undefined && { html: htmlContent }),
      headers: fields,
      messageId: `<${id}@smtp-relay.mailin.fr>`,
    };
  },
  accept: ({ messageId }) => ({ status: 201, body: { messageId } }),
  verify: ({ path }) =>
    path.endsWith('/domains')
      ? {
          status: 200,
          body: { domains: [{ domain_name: 'example.com', authenticated: true, verified: true }] },
        }
      : { status: 200, body: { senders: [] } },
  refuse: (kind) => REFUSALS[kind],
  // https://developers.brevo.com/docs/heterogenous-versions-batch-emails
  idempotency: {
    keyOf: (request) => emailSchema.safeParse(jsonOf(request)).data?.headers.idempotencyKey,
    conflict: error(400, 'duplicate_request', 'Request already processed'),
  },
};
