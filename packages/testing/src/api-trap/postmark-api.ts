import * as z from 'zod';
import type { ApiRefusalKind, ApiTrapResponse } from './api-fault.js';
import { lowercaseNames } from './api-headers.js';
import { parseMailboxes } from './api-mailboxes.js';
import { jsonOf } from './api-trap-request.js';
import type { ProviderApi } from './provider-api.js';

/** https://postmarkapp.com/developer/api/email-api */
const emailSchema = z.object({
  From: z.string(),
  To: z.string(),
  Cc: z.string().default(''),
  Bcc: z.string().default(''),
  ReplyTo: z.string().default(''),
  Subject: z.string().default(''),
  TextBody: z.string().default(''),
  HtmlBody: z.string().optional(),
  Headers: z.array(z.object({ Name: z.string(), Value: z.string() })).default([]),
});

const error = (status: number, ErrorCode: number, Message: string): ApiTrapResponse => ({
  status,
  body: { ErrorCode, Message },
});

/** https://postmarkapp.com/developer/api/overview#error-codes */
const REFUSALS: Readonly<Record<ApiRefusalKind, ApiTrapResponse>> = {
  unauthorized: error(401, 10, 'Bad or missing Server API token.'),
  sender: error(422, 400, 'The From address is not a Sender Signature.'),
  recipient: error(422, 406, 'You tried to send to a recipient that has been marked as inactive.'),
  rate_limited: error(429, 429, 'Rate limit exceeded.'),
  server_error: error(500, 0, 'Internal server error.'),
};

/** The API of Postmark. */
export const postmarkApi: ProviderApi = {
  name: 'postmark',
  purposeOf({ method, path }) {
    if (method === 'POST' && path === '/email') return 'send';
    return method === 'GET' && path === '/server' ? 'verify' : undefined;
  },
  hasCredentials: ({ headers }) => Boolean(headers['x-postmark-server-token']),
  readEmail(request, id) {
    const parsed = emailSchema.safeParse(jsonOf(request));
    if (!parsed.success) return error(422, 300, parsed.error.issues[0]?.message ?? '');
    const { From, To, Cc, Bcc, ReplyTo, Subject, TextBody, HtmlBody, Headers } = parsed.data;
    const [from] = parseMailboxes([From]);
    if (!from || (!TextBody && !HtmlBody)) return error(422, 300, 'Invalid email request.');
    const {
      'message-id': messageId,
      'x-pm-keepid': keepsId,
      ...fields
    } = lowercaseNames(Headers.map(({ Name, Value }) => [Name, Value]));
    return {
      provider: 'postmark',
      id,
      envelope: { from: from.address, to: parseMailboxes([To, Cc, Bcc]).map(({ address }) => address) },
      from,
      replyTo: parseMailboxes([ReplyTo]),
      subject: Subject,
      text: TextBody,
      ...(HtmlBody !== undefined && { html: HtmlBody }),
      headers: fields,
      messageId: keepsId === 'true' && messageId ? messageId : `<${id}@mtasv.net>`,
    };
  },
  accept: ({ id, envelope }) => ({
    status: 200,
    body: {
      ErrorCode: 0,
      Message: 'OK',
      MessageID: id,
      SubmittedAt: '2026-01-01T00:00:00Z',
      To: envelope.to.join(', '),
    },
  }),
  verify: () => ({ status: 200, body: { ID: 1, Name: 'Example', DeliveryType: 'Live' } }),
  refuse: (kind) => REFUSALS[kind],
};
