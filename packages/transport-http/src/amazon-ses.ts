import { readOptions, type Transport } from '@postern/core';
import { encodeBase64, writeMimeMessage } from '@postern/core/mime';
import { AwsV4Signer } from 'aws4fetch';
import * as z from 'zod';
import type { ApiCall, ApiErrorDetails, ApiProvider, ApiRefusal, CheckedSender } from './api/api-provider.js';
import { type ApiRequest, getRequest, jsonRequest } from './api/api-request.js';
import { type ApiResponse, isSuccess } from './api/api-response.js';
import { createApiTransport } from './api/api-transport.js';
import type { ApiTransportOptions } from './api/api-transport-options.js';
import { credentialSchema } from './api/credential-schema.js';
import type { Refusal } from './api/refusals.js';

export type { ApiTransportOptions };

/** Credentials of Amazon SES, and the settings of the account that sends. */
export interface AmazonSesCredentials {
  /** The AWS region of the verified identity. @example "eu-central-1" */
  region: string;
  /** The ID of an access key (IAM, Security credentials). SMTP credentials do not work. */
  accessKeyId: string;
  /** The secret of the access key. */
  secretAccessKey: string;
  /** The session token of temporary credentials. */
  sessionToken?: string | undefined;
  /** The name of a configuration set. Without click and open tracking, links in emails stay as they are. */
  configurationSet?: string | undefined;
}

/** The schema of {@link AmazonSesCredentials}. */
export const amazonSesCredentialsSchema: z.ZodType<AmazonSesCredentials> = z.strictObject({
  region: z.string().regex(/^[a-z]{2,}(?:-[a-z]+)+-\d$/, 'must be an AWS region such as eu-central-1'),
  accessKeyId: credentialSchema,
  secretAccessKey: credentialSchema,
  sessionToken: credentialSchema.optional(),
  // https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_CreateConfigurationSet.html
  configurationSet: z
    .string()
    .regex(/^[\w-]{1,64}$/)
    .optional(),
});

/**
 * Refusals by error type, without the suffix `Exception`, which depends on the AWS service that refuses.
 *
 * https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
 * https://docs.aws.amazon.com/ses/latest/APIReference-V2/CommonErrors.html
 */
const REFUSAL_OF_TYPE: ReadonlyMap<string, Refusal> = new Map([
  // SES also uses this type for identities that are not verified, which is by far the more common reason.
  ['MessageRejected', 'sender_refused'],
  ['MailFromDomainNotVerified', 'sender_refused'],
  ['BadRequest', 'message_refused'],
  ['AccountSuspended', 'account_blocked'],
  ['SendingPaused', 'account_blocked'],
  ['LimitExceeded', 'account_quota'],
  ['TooManyRequests', 'rate_limited'],
  ['Throttling', 'rate_limited'],
  ['AccessDenied', 'permission_missing'],
  ['NotAuthorized', 'permission_missing'],
  ['OptInRequired', 'permission_missing'],
  ['ExpiredToken', 'credentials_refused'],
  ['IncompleteSignature', 'credentials_refused'],
  ['InvalidClientTokenId', 'credentials_refused'],
  ['InvalidSignature', 'credentials_refused'],
  ['MissingAuthenticationToken', 'credentials_refused'],
  ['RequestExpired', 'credentials_refused'],
  ['RequestTimeTooSkewed', 'credentials_refused'],
  ['SignatureDoesNotMatch', 'credentials_refused'],
  ['UnrecognizedClient', 'credentials_refused'],
  ['NotFound', 'request_refused'],
  ['InternalFailure', 'server_trouble'],
  ['InternalServiceError', 'server_trouble'],
  ['ServiceUnavailable', 'server_trouble'],
]);

const HINTS: ApiProvider['hints'] = {
  credentials_refused:
    'Check accessKeyId, secretAccessKey, sessionToken, and the clock of this machine. SES SMTP credentials do not work with the API: create an access key in the IAM console.',
  permission_missing:
    'Allow ses:SendEmail and ses:SendRawEmail for the identity of fromEmail in the IAM policy of the access key.',
  sender_refused:
    'Verify the domain of fromEmail in this region (SES console, Identities). In the sandbox, recipients must also be verified.',
  sandbox:
    'Request production access for this region (SES console, Account dashboard). Until then, SES sends only to verified addresses.',
  account_blocked:
    'Check the status of your account and configuration set in the SES console (Account dashboard).',
  account_quota:
    'Wait for the daily quota to reset, or request a higher one in the SES console (Account dashboard).',
  rate_limited: 'Send more slowly with withRateLimit, or request a higher sending rate in the SES console.',
  request_refused: 'Check region, configurationSet, and baseUrl. A configuration set belongs to one region.',
};

const errorSchema = z.object({ __type: z.string().optional(), message: z.string().optional() });
const sentSchema = z.object({ MessageId: z.string() });
const accountSchema = z.object({
  EnforcementStatus: z.string().optional(),
  ProductionAccessEnabled: z.boolean().optional(),
  SendingEnabled: z.boolean().optional(),
});
const identitySchema = z.object({ VerifiedForSendingStatus: z.boolean() });

/**
 * Sends emails through the API of Amazon SES (https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html), as
 * raw messages with all header fields. SES replaces the `Message-ID`: the receipt has the new one.
 *
 * SES has no idempotency keys. If a response is lost, the error is `delivery_unknown`.
 *
 * @throws {ConfigError} if the credentials or an option are not valid
 *
 * @example
 * ```ts
 * const transport = createAmazonSesTransport({
 *   region: 'eu-central-1',
 *   accessKeyId: process.env.AWS_ACCESS_KEY_ID ?? '',
 *   secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY ?? '',
 * });
 * ```
 */
export function createAmazonSesTransport(
  credentials: AmazonSesCredentials,
  options: ApiTransportOptions = {},
): Transport {
  const { region, configurationSet, ...keys } = readOptions(
    amazonSesCredentialsSchema,
    credentials,
    'createAmazonSesTransport',
  );
  const provider: ApiProvider = {
    name: 'amazon-ses',
    title: 'Amazon SES',
    // https://docs.aws.amazon.com/general/latest/gr/ses.html
    baseUrl: `https://email.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`,
    secrets: [keys.accessKeyId, keys.secretAccessKey, keys.sessionToken ?? ''],
    isIdempotent: false,
    hints: HINTS,
    writeRequest: (email) =>
      jsonRequest(
        '/v2/email/outbound-emails',
        {},
        {
          FromEmailAddress: email.from.address,
          Destination: { ToAddresses: [email.to] },
          Content: { Raw: { Data: encodeBase64(writeMimeMessage(email)) } },
          ...(configurationSet && { ConfigurationSetName: configurationSet }),
        },
      ),
    authorize: async (request, { url, now }) => ({
      request: await sign(request, url, now, { ...keys, region }),
    }),
    readAcceptance({ json }) {
      const id = sentSchema.safeParse(json).data?.MessageId;
      // https://docs.aws.amazon.com/ses/latest/dg/header-fields.html: SES replaces the Message-ID.
      const host = region === 'us-east-1' ? 'email' : region;
      return id === undefined ? undefined : { id, messageId: `<${id}@${host}.amazonses.com>` };
    },
    readRefusal,
    check,
  };
  return createApiTransport(provider, options, 'createAmazonSesTransport');
}

/** Signs a request (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html). */
async function sign(
  request: ApiRequest,
  url: string,
  now: number,
  { region, accessKeyId, secretAccessKey, sessionToken }: AmazonSesCredentials,
): Promise<ApiRequest> {
  const signer = new AwsV4Signer({
    ...request,
    url,
    headers: { ...request.headers },
    service: 'ses',
    region,
    accessKeyId,
    secretAccessKey,
    ...(sessionToken && { sessionToken }),
    datetime: new Date(now).toISOString().replace(/[:-]|\.\d+/g, ''),
  });
  const { headers } = await signer.sign();
  return { ...request, headers: Object.fromEntries(headers) };
}

function readRefusal(response: ApiResponse): ApiErrorDetails | undefined {
  if (isSuccess(response)) return undefined;
  const { __type, message } = errorSchema.safeParse(response.json).data ?? {};
  // `MessageRejected:http://…` in the header, `com.amazonaws.…#MessageRejected` in the body.
  const named = response.headers.get('x-amzn-ErrorType')?.split(':')[0] ?? __type?.split('#').at(-1) ?? '';
  return { refusal: REFUSAL_OF_TYPE.get(named.replace(/Exception$/, '')), code: named, text: message };
}

async function check(call: ApiCall, sender: CheckedSender): Promise<ApiRefusal | undefined> {
  const account = await call(getRequest('/v2/email/account', {}));
  // A key that may only send cannot read the account.
  if (account.refusal?.refusal === 'permission_missing') return undefined;
  if (account.refusal) return account.refusal;
  const status = accountSchema.safeParse(account.response.json).data ?? {};
  if (status.EnforcementStatus === 'SHUTDOWN' || status.SendingEnabled === false)
    return { refusal: 'account_blocked', text: 'sending is turned off' };
  for (const identity of identitiesOf(sender)) {
    const { response, refusal } = await call(
      getRequest(`/v2/email/identities/${encodeURIComponent(identity)}`, {}),
    );
    if (refusal?.code === 'NotFoundException') continue;
    if (refusal?.refusal === 'permission_missing') return sandboxOf(status);
    if (refusal) return refusal;
    if (identitySchema.safeParse(response.json).data?.VerifiedForSendingStatus) return sandboxOf(status);
  }
  return sender.domain === undefined
    ? sandboxOf(status)
    : { refusal: 'sender_refused', text: `${sender.domain} is not verified in this region` };
}

const sandboxOf = (status: z.output<typeof accountSchema>): ApiRefusal | undefined =>
  status.ProductionAccessEnabled === false
    ? { refusal: 'sandbox', text: 'the account is in the sandbox' }
    : undefined;

/** The identities that allow a sender: its address, its domain, and the parents of that. */
function identitiesOf({ address, domain }: CheckedSender): string[] {
  if (address === undefined || domain === undefined) return [];
  const labels = domain.split('.');
  return [address, ...labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'))];
}
