import type { ApiProviderKey } from './api-provider.js';
import type { apiProviders } from './api-providers.js';

type Known = (typeof apiProviders)[number];

/** The name of a provider with an HTTP API. */
export type ApiProviderName = Known['name'];

type ValueOf<Key> = Key extends { type: 'boolean' }
  ? boolean
  : Key extends { choices: readonly (infer Choice)[] }
    ? Choice
    : string;

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
