import type { ApiProvider, ApiProviderKey } from '@postern/core';

/** The keys that a config must set. */
export const requiredKeys = ({ keys }: ApiProvider): readonly ApiProviderKey[] =>
  keys.filter(({ optional }) => !optional);

/** The variable for a key: `amazon-ses` and `accessKeyId` → `AMAZON_SES_ACCESS_KEY_ID`. */
export const variableOf = ({ name }: ApiProvider, { key }: ApiProviderKey): string =>
  `${name}_${key}`
    .replaceAll('-', '_')
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toUpperCase();

/** The value of `provider` in a config that keeps all credentials in variables. */
export const providerEntry = (provider: ApiProvider): Record<string, string> => ({
  name: provider.name,
  ...Object.fromEntries(requiredKeys(provider).map((key) => [key.key, `\${${variableOf(provider, key)}}`])),
});
