import * as z from 'zod';
import type { ApiRefusalKind, ApiTrapResponse } from './api-fault.js';
import { jsonOf } from './api-trap-request.js';
import { readMimeEmail } from './mime-email.js';
import type { ProviderApi } from './provider-api.js';

/** https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.messages */
const emailSchema = z.object({ raw: z.string() });

const error = (code: number, reason: string, message: string): ApiTrapResponse => ({
  status: code,
  body: { error: { code, message, errors: [{ domain: 'global', reason, message }] } },
});

/** https://developers.google.com/workspace/gmail/api/guides/handle-errors */
const REFUSALS: Readonly<Record<ApiRefusalKind, ApiTrapResponse>> = {
  unauthorized: error(401, 'authError', 'Invalid Credentials'),
  sender: error(400, 'failedPrecondition', 'Mail service not enabled'),
  recipient: error(400, 'invalidArgument', 'Invalid To header'),
  rate_limited: error(429, 'rateLimitExceeded', 'User-rate limit exceeded.'),
  server_error: error(500, 'backendError', 'Backend Error'),
};

/** The Gmail API, and Google's token endpoint. */
export const gmailApi: ProviderApi = {
  name: 'gmail',
  purposeOf({ method, path }) {
    if (method === 'POST' && path === '/gmail/v1/users/me/messages/send') return 'send';
    if (method === 'POST' && path === '/token') return 'token';
    return method === 'GET' && path === '/gmail/v1/users/me/settings/sendAs' ? 'verify' : undefined;
  },
  hasCredentials: ({ path, headers, body }) =>
    path === '/token'
      ? new URLSearchParams(body).get('grant_type') === 'refresh_token'
      : /^Bearer \S/.test(headers.authorization ?? ''),
  async readEmail(request, id) {
    const parsed = emailSchema.safeParse(jsonOf(request));
    if (!parsed.success) return error(400, 'badRequest', "'raw' RFC822 payload message string required");
    return readMimeEmail('gmail', id, Buffer.from(parsed.data.raw, 'base64url'));
  },
  accept: ({ id }) => ({ status: 200, body: { id, threadId: id, labelIds: ['SENT'] } }),
  verify: ({ path }) =>
    path === '/token'
      ? { status: 200, body: { access_token: 'ya29.trap', expires_in: 3599, token_type: 'Bearer' } }
      : {
          status: 200,
          body: { sendAs: [{ sendAsEmail: 'noreply@example.com', isPrimary: true, isDefault: true }] },
        },
  refuse: (kind) => REFUSALS[kind],
};
