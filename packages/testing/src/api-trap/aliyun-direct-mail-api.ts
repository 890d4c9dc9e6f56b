import * as z from 'zod';
import type { ApiRefusalKind, ApiTrapResponse } from './api-fault.js';
import type { ProviderApi } from './provider-api.js';

/** https://www.alibabacloud.com/help/en/direct-mail/api-dm-2015-11-23-singlesendmail */
const emailSchema = z.object({
  AccountName: z.string(),
  AddressType: z.literal('1'),
  ReplyToAddress: z.enum(['true', 'false']),
  ToAddress: z.string(),
  BccAddress: z.string().optional(),
  Subject: z.string().max(256),
  TextBody: z.string().default(''),
  HtmlBody: z.string().optional(),
  FromAlias: z.string().optional(),
  ReplyAddress: z.string().optional(),
  ReplyAddressAlias: z.string().optional(),
  Headers: z.string().default('{}'),
});
const fieldsSchema = z.record(z.string(), z.string());

const error = (status: number, Code: string, Message: string): ApiTrapResponse => ({
  status,
  body: { RequestId: '2D086F6-0000-0000-0000-006DED011A85', HostId: 'dm.aliyuncs.com', Code, Message },
});

/** https://www.alibabacloud.com/help/en/direct-mail/api-dm-2015-11-23-errorcodes */
const REFUSALS: Readonly<Record<ApiRefusalKind, ApiTrapResponse>> = {
  unauthorized: error(404, 'InvalidAccessKeyId.NotFound', 'Specified access key is not found.'),
  sender: error(404, 'InvalidMailAddress.NotFound', 'The specified mailAddress does not exist.'),
  recipient: error(400, 'InvalidToAddress', 'The specified toAddress is wrongly formed.'),
  rate_limited: error(400, 'Throttling.User', 'Request was denied due to user flow control.'),
  server_error: error(500, 'InternalError', 'The request processing has failed.'),
};

const mailbox = (address: string, name: string | undefined) => (name ? { name, address } : { address });

/** The API of Alibaba Cloud DirectMail. */
export const aliyunDirectMailApi: ProviderApi = {
  name: 'aliyun-direct-mail',
  purposeOf({ headers }) {
    const action = headers['x-acs-action'];
    if (action === 'SingleSendMail') return 'send';
    return action === 'QueryMailAddressByParam' ? 'verify' : undefined;
  },
  hasCredentials: ({ headers }) => /^ACS3-HMAC-SHA256 Credential=/.test(headers.authorization ?? ''),
  readEmail({ body }, id) {
    const parsed = emailSchema.safeParse(Object.fromEntries(new URLSearchParams(body)));
    if (!parsed.success) return error(400, 'InvalidParameter', parsed.error.issues[0]?.message ?? '');
    const { AccountName, ToAddress, BccAddress, Subject, TextBody, HtmlBody, ...rest } = parsed.data;
    const { 'message-id': messageId = `<${id}@direct-mail.test>`, ...headers } = Object.fromEntries(
      Object.entries(fieldsSchema.parse(JSON.parse(rest.Headers))).map(([name, value]) => [
        name.toLowerCase(),
        value,
      ]),
    );
    return {
      provider: 'aliyun-direct-mail',
      id,
      envelope: {
        from: AccountName,
        to: [ToAddress, BccAddress].flatMap((list) => list?.split(',') ?? []),
      },
      from: mailbox(AccountName, rest.FromAlias),
      replyTo: rest.ReplyAddress ? [mailbox(rest.ReplyAddress, rest.ReplyAddressAlias)] : [],
      subject: Subject,
      text: TextBody,
      ...(HtmlBody !== undefined && { html: HtmlBody }),
      headers,
      messageId,
    };
  },
  accept: ({ id }) => ({
    status: 200,
    body: { EnvId: id, RequestId: '2D086F6-0000-0000-0000-006DED011A85' },
  }),
  verify: () => ({
    status: 200,
    body: {
      TotalCount: 1,
      data: { mailAddress: [{ AccountName: 'noreply@example.com', AccountStatus: '0', DomainStatus: '0' }] },
    },
  }),
  refuse: (kind) => REFUSALS[kind],
};
