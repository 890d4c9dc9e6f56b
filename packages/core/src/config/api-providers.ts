/** A key of a provider in the config, for schemas, forms, and questions. */
export interface ApiProviderKey {
  /** The key, such as `apiKey`. */
  readonly key: string;
  /** The label of a form, such as `API key`. */
  readonly title: string;
  /** What the value is and where to find it, to follow "set it to". */
  readonly find: string;
  /** Whether the value must not be shown. @default false */
  readonly secret?: true;
  /** Whether the key can be omitted. @default false */
  readonly optional?: true;
  /** The only valid values. The first one is the most common. @default any string */
  readonly choices?: readonly [string, ...string[]];
  /** A valid value. */
  readonly example?: string;
  /** The form of a valid value. @default printable ASCII */
  readonly pattern?: RegExp;
  /** Whether forms omit the key, because hardly anyone needs it. @default false */
  readonly expert?: true;
}

/** A provider with an HTTP API that a config can select by name. */
export interface ApiProvider {
  /** The name in the config, and of the subpath of `@postern/transport-http`. */
  readonly name: string;
  readonly title: string;
  readonly keys: readonly ApiProviderKey[];
}

/**
 * The providers whose HTTP APIs a config can select, in the order of a form. They determine the schema of the config, its JSON
 * Schema, the questions of `postern init`, and the form of the Logto connector.
 */
export const apiProviders = [
  {
    // https://resend.com/docs/api-reference/introduction
    name: 'resend',
    title: 'Resend',
    keys: [
      {
        key: 'apiKey',
        title: 'API key',
        find: 'a Resend API key with sending access (https://resend.com/api-keys)',
        secret: true,
        example: 're_123456789',
      },
    ],
  },
  {
    // https://docs.aws.amazon.com/ses/latest/dg/send-an-email-using-sesv2.html
    name: 'amazon-ses',
    title: 'Amazon SES',
    keys: [
      {
        key: 'region',
        title: 'Region',
        find: 'the AWS region of the verified domain',
        example: 'eu-central-1',
        pattern: /^[a-z]{2,}(?:-[a-z]+)+-\d$/,
      },
      {
        key: 'accessKeyId',
        title: 'Access key ID',
        find: 'the ID of an AWS access key (IAM, Users, Security credentials), not an SMTP username',
        example: 'AKIAIOSFODNN7EXAMPLE',
      },
      {
        key: 'secretAccessKey',
        title: 'Secret access key',
        find: 'the secret of the access key, not an SMTP password',
        secret: true,
      },
      {
        key: 'sessionToken',
        title: 'Session token',
        find: 'the session token of temporary credentials',
        secret: true,
        optional: true,
      },
      {
        key: 'configurationSet',
        title: 'Configuration set',
        find: 'the name of a configuration set without click and open tracking',
        optional: true,
        example: 'auth',
      },
    ],
  },
  {
    // https://www.alibabacloud.com/help/en/direct-mail/api-dm-2015-11-23-singlesendmail
    name: 'aliyun-direct-mail',
    title: 'Aliyun DirectMail',
    keys: [
      { key: 'accessKeyId', title: 'AccessKey ID', find: 'the ID of an AccessKey pair (RAM console, Users)' },
      {
        key: 'accessKeySecret',
        title: 'AccessKey secret',
        find: 'the secret of the AccessKey pair, not the SMTP password of a sender address',
        secret: true,
      },
      {
        key: 'securityToken',
        title: 'Security token',
        find: 'the token of temporary credentials (STS)',
        secret: true,
        optional: true,
      },
      {
        key: 'region',
        title: 'Region',
        find: 'the region of the sender address',
        optional: true,
        choices: ['cn-hangzhou', 'ap-southeast-1', 'ap-southeast-2', 'us-east-1', 'eu-central-1'],
      },
    ],
  },
  {
    // https://learn.microsoft.com/en-us/graph/auth-v2-service
    name: 'microsoft-graph',
    title: 'Microsoft 365 (Graph)',
    keys: [
      {
        key: 'tenantId',
        title: 'Tenant ID',
        find: 'the directory (tenant) ID (Microsoft Entra admin center, App registrations)',
      },
      {
        key: 'clientId',
        title: 'Client ID',
        find: 'the application (client) ID (Microsoft Entra admin center, App registrations)',
      },
      {
        key: 'clientSecret',
        title: 'Client secret',
        find: 'the value of a client secret, not its ID (App registrations, Certificates & secrets)',
        secret: true,
      },
      {
        key: 'sender',
        title: 'Sending mailbox',
        find: 'the mailbox that sends, if it is not the address in fromEmail',
        optional: true,
        example: 'noreply@example.com',
      },
      {
        key: 'tokenUrl',
        title: 'Token URL',
        find: 'the endpoint that issues tokens, if it is not the usual one',
        optional: true,
        expert: true,
      },
    ],
  },
  {
    // https://developers.google.com/workspace/gmail/api/auth/web-server
    name: 'gmail',
    title: 'Gmail',
    keys: [
      {
        key: 'clientId',
        title: 'Client ID',
        find: 'the client ID of your application (Google Cloud console, Credentials)',
      },
      {
        key: 'clientSecret',
        title: 'Client secret',
        find: 'the client secret of your application (Google Cloud console, Credentials)',
        secret: true,
      },
      {
        key: 'refreshToken',
        title: 'Refresh token',
        find: 'a refresh token for the sending account, with the scope gmail.send',
        secret: true,
      },
      {
        key: 'tokenUrl',
        title: 'Token URL',
        find: 'the endpoint that issues tokens, if it is not the usual one',
        optional: true,
        expert: true,
      },
    ],
  },
  {
    // https://developers.cloudflare.com/email-service/
    name: 'cloudflare',
    title: 'Cloudflare',
    keys: [
      {
        key: 'accountId',
        title: 'Account ID',
        find: 'the ID of your Cloudflare account (dashboard, Account home)',
        example: '0123456789abcdef0123456789abcdef',
        pattern: /^[\da-f]{32}$/,
      },
      {
        key: 'apiToken',
        title: 'API token',
        find: 'an API token with the “Email Sending” permission (dashboard, My Profile, API Tokens)',
        secret: true,
      },
    ],
  },
] as const satisfies readonly ApiProvider[];

type Known = (typeof apiProviders)[number];

/** The name of a provider with an HTTP API. */
export type ApiProviderName = Known['name'];

type ValueOf<Key> = Key extends { choices: readonly (infer Choice)[] } ? Choice : string;

type KeysOf<Keys extends ApiProviderKey> = {
  readonly [Key in Keys as Key extends { optional: true } ? never : Key['key']]: ValueOf<Key>;
} & {
  readonly [Key in Keys as Key extends { optional: true } ? Key['key'] : never]?: ValueOf<Key> | undefined;
};

/** A provider's API with its credentials, as in the config. */
export type ApiProviderConfig<Name extends ApiProviderName = ApiProviderName> = Name extends ApiProviderName
  ? {
      readonly name: Name;
      /** The URL of the API, for a proxy or a test server. @default the provider's URL */
      readonly baseUrl?: string | undefined;
    } & KeysOf<Extract<Known, { name: Name }>['keys'][number]>
  : never;
