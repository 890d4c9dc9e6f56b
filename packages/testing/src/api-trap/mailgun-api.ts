import type { ApiRefusalKind, ApiTrapResponse } from './api-fault.js';
import { lowercaseNames } from './api-headers.js';
import { parseMailboxes } from './api-mailboxes.js';
import type { ApiTrapRequest } from './api-trap-request.js';
import type { ProviderApi } from './provider-api.js';

const error = (status: number, message: string): ApiTrapResponse => ({ status, body: { message } });

const REFUSALS: Readonly<Record<ApiRefusalKind, ApiTrapResponse>> = {
  unauthorized: { status: 401, body: 'Forbidden' },
  sender: error(403, 'Domain example.com is not allowed to send: it is not verified.'),
  recipient: error(400, "'to' parameter is not a valid address. please check documentation"),
  rate_limited: error(429, 'Too many requests'),
  server_error: error(500, 'Internal Server Error'),
};

/** Reads `multipart/form-data` (RFC 7578) or a URL-encoded form. */
const formOf = ({ headers, body }: ApiTrapRequest): Promise<FormData> =>
  new Response(body, { headers: { 'Content-Type': headers['content-type'] ?? '' } }).formData();

/** The API of Mailgun: https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages */
export const mailgunApi: ProviderApi = {
  name: 'mailgun',
  purposeOf({ method, path, body }) {
    if (method === 'GET' && path.startsWith('/v4/domains/')) return 'verify';
    if (method !== 'POST' || !/^\/v3\/[\w.-]+\/messages$/.test(path)) return undefined;
    // A message without a recipient checks the credentials.
    return /name="to"|(?:^|&)to=/.test(body) ? 'send' : 'verify';
  },
  hasCredentials: ({ headers }) => /^Basic \S/.test(headers.authorization ?? ''),
  async readEmail(request, id) {
    const form = await formOf(request).catch(() => new FormData());
    // Forms have CRLF as line breaks.
    const values = (name: string) => form.getAll(name).map((value) => String(value).replaceAll('\r\n', '\n'));
    const [from] = parseMailboxes(values('from'));
    const [text = '', html] = [values('text')[0], values('html')[0]];
    if (!from || (text === '' && html === undefined)) return error(400, 'from parameter is missing');
    const {
      'message-id': messageId = `<${id}@example.com>`,
      'reply-to': replyTo = '',
      ...headers
    } = lowercaseNames(
      [...form.entries()]
        .filter(([name]) => name.startsWith('h:'))
        .map(([name, value]) => [name.slice(2), String(value)]),
    );
    return {
      provider: 'mailgun',
      id: messageId,
      envelope: {
        from: from.address,
        to: parseMailboxes([...values('to'), ...values('cc'), ...values('bcc')]).map(
          ({ address }) => address,
        ),
      },
      from,
      replyTo: parseMailboxes([replyTo]),
      subject: values('subject')[0] ?? '',
      text,
      ...(html !== undefined && { html }),
      headers,
      messageId,
    };
  },
  accept: ({ id }) => ({ status: 200, body: { id, message: 'Queued. Thank you.' } }),
  verify: ({ method }) =>
    method === 'POST'
      ? error(400, 'from parameter is missing')
      : { status: 200, body: { domain: { name: 'example.com', state: 'active', type: 'custom' } } },
  refuse: (kind) => REFUSALS[kind],
};
