import * as z from 'zod';
import type { ApiRefusalKind, ApiTrapResponse } from './api-fault.js';
import { lowercaseNames } from './api-headers.js';
import { jsonOf } from './api-trap-request.js';
import type { ProviderApi } from './provider-api.js';

const mailboxSchema = z
  .object({ address: z.string(), name: z.string().optional() })
  .transform(({ address, name }) => (name ? { name, address } : { address }));
const recipientSchema = z.object({ email_address: mailboxSchema });

/** https://www.zoho.com/zeptomail/help/api/email-sending.html */
const emailSchema = z.object({
  from: mailboxSchema,
  to: z.array(recipientSchema).min(1),
  cc: z.array(recipientSchema).default([]),
  bcc: z.array(recipientSchema).default([]),
  reply_to: z.array(mailboxSchema).default([]),
  subject: z.string().min(1),
  textbody: z.string().default(''),
  htmlbody: z.string().optional(),
  mime_headers: z.record(z.string(), z.string()).default({}),
});

const error = (status: number, code: string, detail: string, message: string): ApiTrapResponse => ({
  status,
  body: {
    error: { code, details: [{ code: detail, message }], message: 'Invalid', request_id: '1' },
  },
});

/** https://www.zoho.com/zeptomail/help/api/error-codes.html */
const REFUSALS: Readonly<Record<ApiRefusalKind, ApiTrapResponse>> = {
  unauthorized: error(401, 'TM_4001', 'SERR_157', 'Invalid API Token found'),
  sender: error(401, 'TM_4001', 'SM_111', 'Sender address domain is not verified in your Mail Agent.'),
  recipient: error(400, 'TM_3201', 'GE_102', 'Invalid value of the field "to".'),
  rate_limited: { status: 429, body: '<html>Too Many Requests</html>' },
  server_error: { status: 500, body: '<html>Internal Server Error</html>' },
};

/** The API of Zoho ZeptoMail. */
export const zeptoMailApi: ProviderApi = {
  name: 'zeptomail',
  purposeOf({ method, path, body }) {
    if (method !== 'POST' || path !== '/v1.1/email') return undefined;
    // A message without any field checks the token.
    return body === '{}' ? 'verify' : 'send';
  },
  hasCredentials: ({ headers }) => /^Zoho-enczapikey \S/.test(headers.authorization ?? ''),
  readEmail(request, id) {
    const parsed = emailSchema.safeParse(jsonOf(request));
    if (!parsed.success) return error(400, 'TM_3201', 'GE_102', parsed.error.issues[0]?.message ?? '');
    const { from, to, cc, bcc, reply_to, subject, textbody, htmlbody, mime_headers } = parsed.data;
    return {
      provider: 'zeptomail',
      id,
      envelope: {
        from: from.address,
        to: [...to, ...cc, ...bcc].map(({ email_address }) => email_address.address),
      },
      from,
      replyTo: reply_to,
      subject,
      text: textbody,
      ...(htmlbody !== undefined && { html: htmlbody }),
      headers: lowercaseNames(Object.entries(mime_headers)),
      messageId: `<${id}@zeptomail.test>`,
    };
  },
  accept: ({ id }) => ({
    status: 201,
    body: {
      data: [{ code: 'EM_104', additional_info: [], message: 'Email request received' }],
      message: 'OK',
      request_id: id,
      object: 'email',
    },
  }),
  verify: () => error(400, 'TM_3201', 'GE_102', 'Mandatory Field "from" is missing.'),
  refuse: (kind) => REFUSALS[kind],
};
