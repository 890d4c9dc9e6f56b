import * as z from 'zod';
import type { ApiRefusalKind, ApiTrapResponse } from './api-fault.js';
import { lowercaseNames } from './api-headers.js';
import { jsonOf } from './api-trap-request.js';
import type { ProviderApi } from './provider-api.js';

const mailboxSchema = z
  .object({ Email: z.string(), Name: z.string().optional() })
  .transform(({ Email, Name }) => (Name ? { name: Name, address: Email } : { address: Email }));

/** Fields that have a property of the message. */
const REFUSED_FIELDS = ['from', 'to', 'cc', 'bcc', 'subject', 'reply-to', 'message-id', 'date', 'sender'];

/** https://dev.mailjet.com/email/reference/send-emails/ */
const requestSchema = z.object({
  Messages: z.tuple([
    z.object({
      From: mailboxSchema,
      To: z.array(mailboxSchema).min(1),
      Cc: z.array(mailboxSchema).default([]),
      Bcc: z.array(mailboxSchema).default([]),
      ReplyTo: mailboxSchema.optional(),
      Subject: z.string(),
      TextPart: z.string().default(''),
      HTMLPart: z.string().optional(),
      Headers: z.record(z.string(), z.string()).default({}),
    }),
  ]),
});

const refusedMessage = (
  status: number,
  ErrorCode: string,
  ErrorMessage: string,
  ErrorRelatedTo: string[],
): ApiTrapResponse => ({
  status,
  body: {
    Messages: [
      {
        Status: 'error',
        Errors: [{ ErrorIdentifier: '1', ErrorCode, StatusCode: status, ErrorMessage, ErrorRelatedTo }],
      },
    ],
  },
});

const error = (StatusCode: number, ErrorCode: string, ErrorMessage: string): ApiTrapResponse => ({
  status: StatusCode,
  body: { ErrorIdentifier: '1', ErrorCode, StatusCode, ErrorMessage },
});

/** https://dev.mailjet.com/email/guides/send-api-v31/#send-api-errors */
const REFUSALS: Readonly<Record<ApiRefusalKind, ApiTrapResponse>> = {
  unauthorized: error(401, 'mj-0015', 'API key authentication/authorization failure.'),
  sender: refusedMessage(403, 'send-0008', 'The sender is not authorized.', ['From']),
  recipient: refusedMessage(400, 'mj-0013', 'The address is not valid.', ['To[0].Email']),
  rate_limited: error(429, '', 'Too many requests'),
  server_error: error(500, '', 'Internal server error'),
};

/** The API of Mailjet. */
export const mailjetApi: ProviderApi = {
  name: 'mailjet',
  purposeOf({ method, path }) {
    if (method === 'POST' && path === '/v3.1/send') return 'send';
    return path.startsWith('/v3/REST/sender') ? 'verify' : undefined;
  },
  hasCredentials: ({ headers }) => /^Basic \S/.test(headers.authorization ?? ''),
  readEmail(request, id) {
    const parsed = requestSchema.safeParse(jsonOf(request));
    if (!parsed.success)
      return refusedMessage(400, 'mj-0004', 'Type mismatch.', [
        parsed.error.issues[0]?.path.slice(2).join('.') ?? '',
      ]);
    const { From, To, Cc, Bcc, ReplyTo, Subject, TextPart, HTMLPart, Headers } = parsed.data.Messages[0];
    const headers = lowercaseNames(Object.entries(Headers));
    const refused = REFUSED_FIELDS.find((name) => headers[name] !== undefined);
    if (refused)
      return refusedMessage(400, 'send-0011', 'Header cannot be customized.', [`Headers["${refused}"]`]);
    return {
      provider: 'mailjet',
      id,
      envelope: { from: From.address, to: [...To, ...Cc, ...Bcc].map(({ address }) => address) },
      from: From,
      replyTo: ReplyTo ? [ReplyTo] : [],
      subject: Subject,
      text: TextPart,
      ...(HTMLPart !== undefined && { html: HTMLPart }),
      headers,
      messageId: `<${id}@mailjet.com>`,
    };
  },
  accept: ({ id, envelope }) => ({
    status: 200,
    body: {
      Messages: [
        {
          Status: 'success',
          To: envelope.to.map((Email) => ({ Email, MessageUUID: id, MessageID: 1, MessageHref: '' })),
        },
      ],
    },
  }),
  verify: () => ({
    status: 200,
    body: { Count: 1, Total: 1, Data: [{ Email: '*@example.com', Status: 'Active' }] },
  }),
  refuse: (kind) => REFUSALS[kind],
};
