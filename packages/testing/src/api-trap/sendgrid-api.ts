import * as z from 'zod';
import type { ApiRefusalKind, ApiTrapResponse } from './api-fault.js';
import { lowercaseNames } from './api-headers.js';
import { jsonOf } from './api-trap-request.js';
import type { ProviderApi } from './provider-api.js';

const mailboxSchema = z
  .object({ email: z.string(), name: z.string().optional() })
  .transform(({ email, name }) => (name ? { name, address: email } : { address: email }));

/** https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send */
const emailSchema = z.object({
  personalizations: z.array(z.object({ to: z.array(mailboxSchema).min(1) })).min(1),
  from: mailboxSchema,
  reply_to: mailboxSchema.optional(),
  reply_to_list: z.array(mailboxSchema).optional(),
  subject: z.string().min(1),
  content: z.array(z.object({ type: z.string(), value: z.string().min(1) })).min(1),
  headers: z.record(z.string(), z.string()).default({}),
});

const error = (status: number, message: string, field: string | null = null): ApiTrapResponse => ({
  status,
  body: { errors: [{ message, field, help: null }] },
});

const REFUSALS: Readonly<Record<ApiRefusalKind, ApiTrapResponse>> = {
  unauthorized: error(401, 'The provided authorization grant is invalid, expired, or revoked'),
  sender: error(403, 'The from address does not match a verified Sender Identity.', 'from'),
  recipient: error(400, 'Does not contain a valid address.', 'personalizations.0.to.0.email'),
  rate_limited: error(429, 'too many requests'),
  server_error: error(500, 'Internal server error'),
};

/** The API of Twilio SendGrid. */
export const sendGridApi: ProviderApi = {
  name: 'sendgrid',
  purposeOf({ method, path }) {
    if (method === 'POST' && path === '/v3/mail/send') return 'send';
    return /^\/v3\/(?:scopes|whitelabel\/domains|verified_senders)\b/.test(path) ? 'verify' : undefined;
  },
  hasCredentials: ({ headers }) => /^Bearer \S/.test(headers.authorization ?? ''),
  readEmail(request, id) {
    const parsed = emailSchema.safeParse(jsonOf(request));
    if (!parsed.success) return error(400, 'Bad Request', parsed.error.issues[0]?.path.join('.'));
    const { personalizations, from, reply_to, reply_to_list, subject, content, headers } = parsed.data;
    const { 'message-id': messageId = `<${id}@geopod-ismtpd>`, ...fields } = lowercaseNames(
      Object.entries(headers),
    );
    const part = (type: string) => content.find((each) => each.type === type)?.value;
    const html = part('text/html');
    return {
      provider: 'sendgrid',
      id,
      envelope: {
        from: from.address,
        to: personalizations.flatMap(({ to }) => to.map(({ address }) => address)),
      },
      from,
      replyTo: reply_to_list ?? (reply_to ? [reply_to] : []),
      subject,
      text: part('text/plain') ?? '',
      ...(html !== undefined && { html }),
      headers: fields,
      messageId,
    };
  },
  accept: ({ id }) => ({ status: 202, headers: { 'X-Message-Id': id } }),
  verify({ path }) {
    if (path.startsWith('/v3/scopes')) return { status: 200, body: { scopes: ['mail.send'] } };
    if (path.startsWith('/v3/verified_senders')) return { status: 200, body: { results: [] } };
    return { status: 200, body: [{ domain: 'example.com', valid: true }] };
  },
  refuse: (kind) => REFUSALS[kind],
};
