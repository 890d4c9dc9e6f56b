import { providerEntry, requiredKeys, variableOf } from '@postern/config-tools';
import { type ApiProvider, apiProviders } from '@postern/core';
import { providerChoices } from '@postern/transport-smtp';
import { reference, withoutServer, withoutSmtp } from './built-in-config.js';
import { refusal } from './problem.js';
import type { ProviderList } from './wire/config.js';

/** Keeps the password out of the config. */
const PASSWORD = reference('SMTP_PASS');

const APIS: readonly ApiProvider[] = apiProviders;

/** The providers that the config editor can fill in. */
export const providerList: ProviderList = {
  providers: providerChoices.map(({ id, name, hosts, port, user }) => ({
    ...{ id, name, hosts, port, user },
    secure: port === 465,
  })),
  apis: APIS.map((api) => ({
    name: api.name,
    title: api.title,
    variables: requiredKeys(api).map((key) => variableOf(api, key)),
  })),
};

/** The name of the provider whose API a config selects. */
export function apiIn(config: unknown): string | undefined {
  const provider = isObject(config) ? config.provider : undefined;
  return isObject(provider) ? APIS.find(({ name }) => name === provider.name)?.name : undefined;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** The address of a sender. */
const addressIn = (sender: unknown): string =>
  typeof sender === 'string' ? (/<([^<>]*)>/.exec(sender)?.[1] ?? sender).trim() : '';

type Choice = { readonly provider: string; readonly host?: string | undefined } | { readonly api: string };

/**
 * A config that sends through another provider, with the same sender and templates.
 *
 * @throws {ProblemError} `request_invalid` if the provider does not exist
 */
export const fillConfig = (former: Record<string, unknown>, choice: Choice): Record<string, unknown> =>
  'api' in choice
    ? { ...apiSettings(choice.api), ...withoutSmtp(former) }
    : { ...serverSettings(choice, addressIn(former.fromEmail)), ...withoutServer(former) };

function apiSettings(name: string) {
  const api = APIS.find((each) => each.name === name);
  if (!api) throw refusal('request_invalid', { detail: 'The provider does not exist.' });
  return { provider: providerEntry(api) };
}

function serverSettings({ provider: id, host }: Extract<Choice, { provider: string }>, sender: string) {
  const provider = providerList.providers.find((each) => each.id === id);
  if (!provider) throw refusal('request_invalid', { detail: 'The provider does not exist.' });
  if (host !== undefined && !provider.hosts.includes(host))
    throw refusal('request_invalid', { detail: `${provider.name} does not use this host.` });
  const user =
    typeof provider.user === 'object' ? provider.user.always : provider.user === 'sender' ? sender : '';
  return {
    host: host ?? provider.hosts[0] ?? '',
    port: provider.port,
    ...(provider.secure && { secure: true }),
    auth: { user, pass: PASSWORD },
  };
}
