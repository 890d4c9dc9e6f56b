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
  readonly example?: string;
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
