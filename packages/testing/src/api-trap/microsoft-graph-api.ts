import * as z from 'zod';
import type { ApiRefusalKind, ApiTrapResponse } from './api-fault.js';
import { type ApiTrapRequest, jsonOf } from './api-trap-request.js';
import { readMimeEmail } from './mime-email.js';
import type { ProviderApi } from './provider-api.js';

const recipientSchema = z
  .object({ emailAddress: z.object({ address: z.string(), name: z.string().optional() }) })
  .transform(({ emailAddress: { name, address } }) => (name ? { name, address } : { address }));
const recipients = z.array(recipientSchema).default([]);

/** https://learn.microsoft.com/graph/api/resources/message */
const emailSchema = z.object({
  message: z.object({
    subject: z.string(),
    body: z.object({ contentType: z.enum(['text', 'html']), content: z.string() }),
    from: recipientSchema.optional(),
    toRecipients: recipients,
    ccRecipients: recipients,
    bccRecipients: recipients,
    replyTo: recipients,
    internetMessageId: z.string().optional(),
    internetMessageHeaders: z
      .array(z.object({ name: z.string().regex(/^x-/i), value: z.string() }))
      .max(5)
      .default([]),
  }),
});

const error = (status: number, code: string, message: string): ApiTrapResponse => ({
  status,
  body: { error: { code, message, innerError: {} } },
});

/** https://learn.microsoft.com/graph/errors */
const REFUSALS: Readonly<Record<ApiRefusalKind, ApiTrapResponse>> = {
  unauthorized: error(401, 'InvalidAuthenticationToken', 'Access token has expired or is not yet valid.'),
  sender: error(403, 'ErrorSendAsDenied', 'The user account does not have the right to send mail.'),
  recipient: error(400, 'ErrorInvalidRecipients', 'At least one recipient is not valid.'),
  rate_limited: error(429, 'ApplicationThrottled', 'Application is over its MailboxConcurrency limit.'),
  server_error: error(500, 'ErrorInternalServerError', 'An internal server error occurred.'),
};

async function readJsonEmail(request: ApiTrapRequest, id: string) {
  const parsed = emailSchema.safeParse(jsonOf(request));
  if (!parsed.success) return error(400, 'ErrorInvalidRequest', parsed.error.issues[0]?.message ?? '');
  const { from, toRecipients, ccRecipients, bccRecipients, replyTo, subject, body, ...internet } =
    parsed.data.message;
  const fields = internet.internetMessageHeaders.map(({ name, value }) => [name.toLowerCase(), value]);
  return {
    provider: 'microsoft-graph',
    id,
    envelope: {
      from: from?.address ?? '',
      to: [...toRecipients, ...ccRecipients, ...bccRecipients].map(({ address }) => address),
    },
    ...(from && { from }),
    replyTo,
    subject,
    text: body.contentType === 'text' ? body.content : '',
    ...(body.contentType === 'html' && { html: body.content }),
    headers: Object.fromEntries(fields),
    messageId: internet.internetMessageId ?? `<${id}@outlook.test>`,
  };
}

const isTokenRequest = ({ path }: ApiTrapRequest) => path.endsWith('/oauth2/v2.0/token');

/** The mail part of Microsoft Graph, and Microsoft's token endpoint. */
export const microsoftGraphApi: ProviderApi = {
  name: 'microsoft-graph',
  purposeOf(request) {
    const { method, path } = request;
    if (method === 'POST' && /^\/v1\.0\/users\/[^/]+\/sendMail$/.test(path)) return 'send';
    if (method === 'POST' && isTokenRequest(request)) return 'token';
    return method === 'GET' && /^\/v1\.0\/(?:users\/|organization\?)/.test(path) ? 'verify' : undefined;
  },
  hasCredentials: (request) =>
    isTokenRequest(request)
      ? new URLSearchParams(request.body).has('client_secret')
      : /^Bearer \S/.test(request.headers.authorization ?? ''),
  readEmail: (request, id) =>
    request.headers['content-type'] === 'text/plain'
      ? readMimeEmail('microsoft-graph', id, Buffer.from(request.body, 'base64'))
      : readJsonEmail(request, id),
  accept: ({ id }) => ({ status: 202, headers: { 'request-id': id } }),
  verify: (request) =>
    isTokenRequest(request)
      ? { status: 200, body: { token_type: 'Bearer', expires_in: 3599, access_token: 'eyJ0.trap' } }
      : { status: 200, body: { id: '87d349ed-44d7-43e1-9a83-5f2406dee5bd' } },
  refuse: (kind) => REFUSALS[kind],
};
