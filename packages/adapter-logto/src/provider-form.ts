import { type ConnectorConfigFormItem, ConnectorConfigFormItemType } from '@logto/connector-kit';
import { type ApiProvider, type ApiProviderKey, apiProviders } from '@postern/core';
import { isRecord } from './official-rules.js';

const { Text, Select, Json } = ConnectorConfigFormItemType;

/** The values of the select item that do not name a provider. */
const SMTP = 'smtp';
const FAILOVER = 'failover';

const PROVIDERS: readonly ApiProvider[] = apiProviders;

/** `amazon-ses` and `region` → `amazonSesRegion`. Two providers must not share an item, because an item has one condition. */
const itemKey = ({ name }: ApiProvider, { key }: ApiProviderKey): string =>
  `${name}-${key}`.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

const formKeysOf = ({ keys }: ApiProvider) => keys.filter(({ expert }) => !expert);

const toSentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

const itemsOf = (provider: ApiProvider): ConnectorConfigFormItem[] =>
  formKeysOf(provider).map((key): ConnectorConfigFormItem => {
    const { title, find, secret, optional, choices, example } = key;
    const base = {
      key: itemKey(provider, key),
      label: `${provider.title}: ${title}`,
      required: !optional,
      description: toSentence(find),
      showConditions: [{ targetKey: 'provider', expectValue: provider.name }],
    };
    return choices
      ? { ...base, type: Select, selectItems: choices.map((value) => ({ title: value, value })) }
      : {
          ...base,
          type: Text,
          ...(secret && { isConfidential: true }),
          ...(example && { placeholder: example }),
        };
  });

/** The items for providers. The console shows those of the selected provider. */
export const providerItems: ConnectorConfigFormItem[] = [
  {
    key: 'provider',
    label: 'Provider',
    type: Select,
    required: false,
    selectItems: [
      { title: 'SMTP server', value: SMTP },
      ...PROVIDERS.map(({ name, title }) => ({ title: `${title} API`, value: name })),
      { title: 'Several, with failover', value: FAILOVER },
    ],
    description:
      'How to send. With the API of a provider, the settings of the SMTP server have no effect. Default: SMTP server.',
  },
  ...PROVIDERS.flatMap(itemsOf),
  {
    key: 'providers',
    label: 'Providers',
    type: Json,
    required: false,
    defaultValue: [],
    showConditions: [{ targetKey: 'provider', expectValue: FAILOVER }],
    description:
      'Providers in order of failover, such as [{ "name": "resend", "apiKey": "…" }, { "name": "smtp", "host": "…", "port": 465 }].',
  },
];

const ITEM_KEYS = new Set(
  PROVIDERS.flatMap((provider) => provider.keys.map((key) => itemKey(provider, key))),
);

/** The keys that also apply to a config with a provider. */
const SHARED_KEYS = [
  ...['fromEmail', 'replyTo', 'templates', 'defaultLocale', 'customHeaders', 'linkSchemes'],
  ...['logger', 'debug'],
];

/** Whether a config selects a provider, in the form or in the format of `@postern/core`. */
export const selectsProvider = (config: unknown): boolean =>
  isRecord(config) &&
  ((config.provider !== undefined && config.provider !== SMTP) || config.providers !== undefined);

/**
 * Converts the values of the form to a config of `@postern/core`: the console stores the name of the provider as a text, and
 * also stores items that it does not show.
 */
export function readProviderForm(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { provider: selected, providers } = config;
  const without = Object.fromEntries(
    Object.entries(config).filter(([key]) => !ITEM_KEYS.has(key) && key !== 'provider'),
  );
  // A hidden list has no effect.
  if (selected === SMTP)
    return Object.fromEntries(Object.entries(without).filter(([key]) => key !== 'providers'));
  if (typeof selected !== 'string') return { ...config };
  const shared = Object.fromEntries(Object.entries(without).filter(([key]) => SHARED_KEYS.includes(key)));
  if (selected === FAILOVER) return { ...shared, providers: providers ?? [] };
  const provider = PROVIDERS.find(({ name }) => name === selected);
  const keys = provider ? formKeysOf(provider).map((key) => [key.key, config[itemKey(provider, key)]]) : [];
  return { ...shared, provider: { name: selected, ...Object.fromEntries(keys) } };
}
