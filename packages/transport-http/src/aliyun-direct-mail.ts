import { type Email, readOptions, type Transport } from '@postern/core';
import * as z from 'zod';
import { signAcs3 } from './api/acs3-signature.js';
import type { ApiErrorDetails, ApiProvider } from './api/api-provider.js';
import type { ApiRequest } from './api/api-request.js';
import { type ApiResponse, isSuccess } from './api/api-response.js';
import { createApiTransport } from './api/api-transport.js';
import type { ApiTransportOptions } from './api/api-transport-options.js';
import { credentialSchema } from './api/credential-schema.js';
import { headerEntries } from './api/email-fields.js';
import { findInPages } from './api/find-in-pages.js';
import type { Refusal } from './api/refusals.js';

export type { ApiTransportOptions };

/** The hosts of the regions: https://www.alibabacloud.com/help/en/direct-mail/api-endpoints */
const HOSTS = {
  'cn-hangzhou': 'dm.aliyuncs.com',
  'ap-southeast-1': 'dm.ap-southeast-1.aliyuncs.com',
  'ap-southeast-2': 'dm.ap-southeast-2.aliyuncs.com',
  'us-east-1': 'dm.us-east-1.aliyuncs.com',
  'eu-central-1': 'dm.eu-central-1.aliyuncs.com',
} as const;

/** Credentials of Alibaba Cloud DirectMail. */
export interface AliyunDirectMailCredentials {
  /** The ID of an AccessKey pair (RAM console, Users). */
  accessKeyId: string;
  /** The secret of the AccessKey pair. It is not the SMTP password of a sender address. */
  accessKeySecret: string;
  /** The token of temporary credentials (STS). */
  securityToken?: string | undefined;
  /** The region of the sender address. @default 'cn-hangzhou' */
  region?: keyof typeof HOSTS | undefined;
}

/** The schema of {@link AliyunDirectMailCredentials}. */
export const aliyunDirectMailCredentialsSchema: z.ZodType<AliyunDirectMailCredentials> = z.strictObject({
  accessKeyId: credentialSchema,
  accessKeySecret: credentialSchema,
  securityToken: credentialSchema.optional(),
  region: z
    .literal(['cn-hangzhou', 'ap-southeast-1', 'ap-southeast-2', 'us-east-1', 'eu-central-1'])
    .optional(),
});

/**
 * https://www.alibabacloud.com/help/en/direct-mail/api-dm-2015-11-23-errorcodes
 * https://api.alibabacloud.com/document/Dm/2015-11-23/errorCode
 */
const REFUSAL_OF_CODE: ReadonlyMap<string, Refusal> = new Map([
  ['InvalidAccessKeyId.NotFound', 'credentials_refused'],
  ['InvalidAccessKeyId.Inactive', 'credentials_refused'],
  ['InvalidSecurityToken.Expired', 'credentials_refused'],
  ['InvalidSecurityToken.Malformed', 'credentials_refused'],
  ['InvalidSecurityToken.MismatchWithAccessKey', 'credentials_refused'],
  ['InvalidTimeStamp.Expired', 'credentials_refused'],
  ['IncompleteSignature', 'credentials_refused'],
  ['MissingAccessKeyId', 'credentials_refused'],
  ['SignatureDoesNotMatch', 'credentials_refused'],
  ['Forbidden', 'permission_missing'],
  ['Forbidden.RAM', 'permission_missing'],
  ['NoPermission', 'permission_missing'],
  ['InvalidMailAddress.NotFound', 'sender_refused'],
  ['InvalidMailAddressStatus.Malformed', 'sender_refused'],
  ['InvalidMailAddressDomain.Malformed', 'sender_refused'],
  ['InvalidMailAddressSendType.Malformed', 'sender_refused'],
  ['InvalidFromAlias.Malformed', 'sender_refused'],
  ['InvalidToAddress', 'recipient_refused'],
  ['InvalidToAddress.Spam', 'recipient_refused'],
  ['InvalidBody', 'message_refused'],
  ['InvalidSubject.Malformed', 'message_refused'],
  // https://developer.aliyun.com/ask/278330: the status of the account, its rate, or its quota.
  ['InvalidSendMail.Spam', 'account_blocked'],
  ['Throttling.Api', 'rate_limited'],
  ['Throttling.User', 'rate_limited'],
  ['Throttling', 'rate_limited'],
  ['InternalError', 'server_trouble'],
  ['ServiceUnavailable', 'server_trouble'],
]);

const HINTS: ApiProvider['hints'] = {
  credentials_refused:
    'Check accessKeyId and accessKeySecret (RAM console, Users, AccessKey), and the clock of this machine. The SMTP password of a sender address does not work with the API.',
  permission_missing: 'Grant the RAM user the policy AliyunDirectMailFullAccess, or allow dm:SingleSendMail.',
  sender_refused:
    'Create the fromEmail address in the DirectMail console for this region (Sender Addresses), and verify its domain (Email Domains).',
  account_blocked:
    'Check the status, the reputation, and the quota of the account in the DirectMail console (Overview).',
  request_refused: 'Check region and baseUrl. A sender address belongs to one region.',
};

const errorSchema = z.object({ Code: z.string(), Message: z.string().optional() });
const sentSchema = z.object({ EnvId: z.string().optional(), RequestId: z.string() });
const text = z.coerce.string();
const sendersSchema = z.object({
  data: z.object({
    mailAddress: z.array(z.object({ AccountName: z.string(), AccountStatus: text, DomainStatus: text })),
  }),
});

const PAGE_SIZE = 50;

/** The documentation requires fewer than 15 characters. */
const LONGEST_NAME = 14;

/**
 * Sends emails through the API of Alibaba Cloud DirectMail
 * (https://www.alibabacloud.com/help/en/direct-mail/api-dm-2015-11-23-singlesendmail).
 *
 * DirectMail keeps the `Message-ID`, but no other header field except those whose names start with `X-User-`. It takes one
 * reply-to address, and display names with at most 14 characters: longer names are shortened. It has no idempotency keys. If
 * a response is lost, the error is `delivery_unknown`.
 *
 * @throws {ConfigError} if the credentials or an option are not valid
 *
 * @example
 * ```ts
 * const transport = createAliyunDirectMailTransport({
 *   accessKeyId: process.env.ALIBABA_CLOUD_ACCESS_KEY_ID ?? '',
 *   accessKeySecret: process.env.ALIBABA_CLOUD_ACCESS_KEY_SECRET ?? '',
 *   region: 'ap-southeast-1',
 * });
 * ```
 */
export function createAliyunDirectMailTransport(
  credentials: AliyunDirectMailCredentials,
  options: ApiTransportOptions = {},
): Transport {
  const { region = 'cn-hangzhou', ...key } = readOptions(
    aliyunDirectMailCredentialsSchema,
    credentials,
    'createAliyunDirectMailTransport',
  );
  const provider: ApiProvider = {
    name: 'aliyun-direct-mail',
    title: 'Aliyun DirectMail',
    baseUrl: `https://${HOSTS[region]}`,
    secrets: [key.accessKeyId, key.accessKeySecret, key.securityToken ?? ''],
    isIdempotent: false,
    hints: HINTS,
    writeRequest: (email) => actionRequest('SingleSendMail', parametersOf(email)),
    authorize: async (request, { url, now }) => ({ request: await signAcs3(request, url, now, key) }),
    readAcceptance({ json }) {
      const { EnvId, RequestId } = sentSchema.safeParse(json).data ?? {};
      return RequestId === undefined ? undefined : { id: EnvId ?? RequestId };
    },
    readRefusal,
    async check(call, { address }) {
      const { found, refusal } = await findInPages(
        call,
        sendersPage(address, 0),
        ({ json }, page) => {
          const { mailAddress: items = [] } = sendersSchema.safeParse(json).data?.data ?? {};
          return { items, next: items.length === PAGE_SIZE ? sendersPage(address, page + 1) : undefined };
        },
        ({ AccountName, AccountStatus, DomainStatus }) =>
          AccountStatus === '0' &&
          DomainStatus === '0' &&
          (address === undefined || AccountName.toLowerCase() === address.toLowerCase()),
      );
      // A key that may only send cannot list sender addresses.
      if (found || refusal?.refusal === 'permission_missing') return undefined;
      if (refusal) return refusal;
      return {
        refusal: 'sender_refused',
        text: `${address ?? 'a sender address'} is not ready in ${region}`,
      };
    },
  };
  return createApiTransport(provider, options, 'createAliyunDirectMailTransport');
}

/** https://www.alibabacloud.com/help/en/direct-mail/api-dm-2015-11-23-querymailaddressbyparam */
const sendersPage = (address: string | undefined, page: number) =>
  actionRequest('QueryMailAddressByParam', {
    ...(address && { KeyWord: address }),
    PageNo: String(page + 1),
    PageSize: String(PAGE_SIZE),
  });

/** https://www.alibabacloud.com/help/en/direct-mail/api-dm-2015-11-23-singlesendmail */
function parametersOf(email: Email): Record<string, string> {
  const [replyTo] = email.replyTo ?? [];
  const custom = headerEntries(email).filter(([name]) => /^x-user-/i.test(name));
  return {
    AccountName: email.from.address,
    AddressType: '1',
    ReplyToAddress: 'false',
    ToAddress: email.to,
    Subject: email.subject,
    TextBody: email.text,
    ...(email.html && { HtmlBody: email.html }),
    ...(email.from.name && { FromAlias: shorten(email.from.name) }),
    ...(replyTo && { ReplyAddress: replyTo.address }),
    ...(replyTo?.name && { ReplyAddressAlias: shorten(replyTo.name) }),
    Headers: JSON.stringify({ 'Message-ID': email.messageId, ...Object.fromEntries(custom) }),
    ClickTrace: '0',
    UnSubscribeLinkType: 'disabled',
    UnSubscribeFilterLevel: 'disabled',
  };
}

/** Ends a name after a word if possible. */
const shorten = (name: string) => {
  const characters = [...name];
  if (characters.length <= LONGEST_NAME) return name;
  const cut = characters.slice(0, LONGEST_NAME + 1).join('');
  return cut.includes(' ') ? cut.slice(0, cut.lastIndexOf(' ')) : characters.slice(0, LONGEST_NAME).join('');
};

/** https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature */
const actionRequest = (action: string, parameters: Record<string, string>): ApiRequest => ({
  method: 'POST',
  path: '/',
  headers: {
    Accept: 'application/json',
    'Content-Type': 'application/x-www-form-urlencoded',
    'x-acs-action': action,
    'x-acs-version': '2015-11-23',
  },
  body: new URLSearchParams(parameters).toString(),
});

function readRefusal(response: ApiResponse): ApiErrorDetails | undefined {
  if (isSuccess(response)) return undefined;
  const { Code = '', Message } = errorSchema.safeParse(response.json).data ?? {};
  return { refusal: REFUSAL_OF_CODE.get(Code), code: Code, text: Message };
}
