import * as z from 'zod';
import type { ApiRefusalKind, ApiTrapResponse } from './api-fault.js';
import { jsonOf } from './api-trap-request.js';
import { readMimeEmail } from './mime-email.js';
import type { ProviderApi } from './provider-api.js';

/** https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html */
const emailSchema = z.object({
  FromEmailAddress: z.string(),
  Destination: z.object({
    ToAddresses: z.array(z.string()).default([]),
    CcAddresses: z.array(z.string()).default([]),
    BccAddresses: z.array(z.string()).default([]),
  }),
  Content: z.object({ Raw: z.object({ Data: z.string() }) }),
});

const error = (status: number, type: string, message: string): ApiTrapResponse => ({
  status,
  headers: { 'x-amzn-ErrorType': type },
  body: { message },
});

/** https://docs.aws.amazon.com/ses/latest/APIReference-V2/CommonErrors.html */
const REFUSALS: Readonly<Record<ApiRefusalKind, ApiTrapResponse>> = {
  unauthorized: error(
    403,
    'UnrecognizedClientException',
    'The security token included in the request is invalid.',
  ),
  sender: error(400, 'MessageRejected', 'Email address is not verified.'),
  recipient: error(400, 'BadRequestException', 'Illegal address'),
  rate_limited: error(429, 'TooManyRequestsException', 'Maximum sending rate exceeded.'),
  server_error: error(500, 'InternalServiceErrorException', 'Internal error'),
};

const regionOf = (authorization = '') => /Credential=[^/]+\/\d+\/([^/]+)\/ses\//.exec(authorization)?.[1];

/** The API of Amazon SES (v2), for raw messages. */
export const amazonSesApi: ProviderApi = {
  name: 'amazon-ses',
  purposeOf({ method, path }) {
    if (method === 'POST' && path === '/v2/email/outbound-emails') return 'send';
    return method === 'GET' && /^\/v2\/email\/(?:account|identities\/[^/]+)$/.test(path)
      ? 'verify'
      : undefined;
  },
  hasCredentials: ({ headers }) => regionOf(headers.authorization) !== undefined,
  async readEmail(request, id) {
    const parsed = emailSchema.safeParse(jsonOf(request));
    if (!parsed.success) return error(400, 'BadRequestException', parsed.error.issues[0]?.message ?? '');
    const { Destination, Content } = parsed.data;
    const email = await readMimeEmail('amazon-ses', id, Buffer.from(Content.Raw.Data, 'base64'));
    const region = regionOf(request.headers.authorization);
    return {
      ...email,
      envelope: { ...email.envelope, to: Object.values(Destination).flat() },
      // SES replaces it.
      messageId: `<${id}@${region === 'us-east-1' ? 'email' : region}.amazonses.com>`,
    };
  },
  accept: ({ id }) => ({ status: 200, body: { MessageId: id } }),
  verify({ path }) {
    if (path.endsWith('/account'))
      return {
        status: 200,
        body: { EnforcementStatus: 'HEALTHY', ProductionAccessEnabled: true, SendingEnabled: true },
      };
    return path.endsWith('/example.com')
      ? { status: 200, body: { IdentityType: 'DOMAIN', VerifiedForSendingStatus: true } }
      : error(404, 'NotFoundException', 'Email identity does not exist.');
  },
  refuse: (kind) => REFUSALS[kind],
};
