import { type ConfigIssue, type ConfigRule, readSender } from '@postern/core';
import { type ConfigPatch, isObject } from '../config/config-patch.js';
import { hostOf } from '../config/well-known-service.js';
import { providerOf } from './known-providers.js';
import type { FieldRule, Provider } from './provider.js';

/** An issue from a rule, and the change that fixes it if there is only one. */
export interface ProviderIssue extends ConfigIssue {
  patch?: ConfigPatch;
}

type Raw = Readonly<Record<string, unknown>>;

const PATHS: Readonly<Record<FieldRule['field'], string[]>> = {
  user: ['auth', 'user'],
  pass: ['auth', 'pass'],
  fromEmail: ['fromEmail'],
  name: ['name'],
};

/** The address in a text such as `Name <address>`, or an empty string. */
function addressIn(text: string): string {
  try {
    return readSender(text).address;
  } catch {
    return ''; // The schema reports invalid addresses.
  }
}

function readField(config: Raw, field: FieldRule['field']): string | undefined {
  const auth = isObject(config.auth) ? config.auth : {};
  const value = field === 'user' || field === 'pass' ? auth[field] : config[field];
  return typeof value === 'string' ? value : undefined;
}

function obeys({ must, field }: FieldRule, value: string, config: Raw): boolean {
  if ('match' in must) return must.match.test(value);
  const other = addressIn(readField(config, must.equal) ?? '');
  // Without an address there is nothing to compare. A username does not have to be an address.
  if (other === '') return true;
  const own = field === 'fromEmail' ? addressIn(value) : value;
  return own.toLowerCase() === other.toLowerCase();
}

function patchFor({ field, must, literal }: FieldRule, value: string, config: Raw): ConfigPatch | undefined {
  if (literal !== undefined) return field === 'user' ? { auth: { user: literal } } : undefined;
  if (field === 'name') return { name: null };
  if (!('equal' in must)) return undefined;
  const other = addressIn(readField(config, must.equal) ?? '');
  return field === 'user'
    ? { auth: { user: other } }
    : { fromEmail: value.includes('<') ? value.replace(/<[^<>]*>\s*$/, () => `<${other}>`) : other };
}

function checkFields(provider: Provider, config: Raw): ProviderIssue[] {
  return provider.fields.flatMap((rule): ProviderIssue[] => {
    const value = readField(config, rule.field);
    if (value === undefined || obeys(rule, value, config)) return [];
    const { severity, message, hint } = rule;
    const patch = patchFor(rule, value, config);
    return [
      { severity, path: PATHS[rule.field], code: 'provider_field', message, hint, ...(patch && { patch }) },
    ];
  });
}

function checkPort({ name, ports }: Provider, config: Raw): ProviderIssue[] {
  const port = Number(config.port);
  if (config.port === undefined || Number.isNaN(port)) return [];
  const list = ports.map((each) => each.port).join(', ');
  const known = ports.find((each) => each.port === port);
  if (!known) {
    return [
      {
        severity: 'warning',
        path: ['port'],
        code: 'provider_port',
        message: `${name} does not use port ${port}, only ${list}`,
        hint: `Set "port": ${ports[0]?.port}, "secure": ${ports[0]?.tls === 'implicit'}.`,
      },
    ];
  }
  const better = ports.find(({ tls }) => tls !== 'none');
  if (known.tls !== 'none' || !better) return [];
  return [
    {
      severity: 'warning',
      path: ['port'],
      code: 'provider_port',
      message: `port ${port} of ${name} starts without TLS: unless the server offers STARTTLS, the password and all codes are sent in plain text`,
      hint: [`Set "port": ${better.port}, "secure": ${better.tls === 'implicit'}.`, known.note]
        .filter(Boolean)
        .join(' '),
      patch: { port: better.port, secure: better.tls === 'implicit' },
    },
  ];
}

/** A config without `auth` is valid, but these servers then reject every email. */
function checkMissingLogin({ name, loginIsOptional }: Provider, config: Raw): ProviderIssue[] {
  const hasLogin = isObject(config.auth) && Object.keys(config.auth).some((key) => key !== 'type');
  if (loginIsOptional || hasLogin || (config.auth !== undefined && !isObject(config.auth))) return [];
  const message = `${name} requires a login, but auth is missing`;
  const hint = 'Set auth.user and auth.pass to the credentials of your account.';
  return [{ severity: 'warning', path: ['auth'], code: 'provider_auth', message, hint }];
}

function checkPassword({ password }: Provider, config: Raw): ProviderIssue[] {
  if (!password || readField(config, 'pass') === undefined) return [];
  return [{ severity: 'warning', path: ['auth'], code: 'provider_auth', ...password }];
}

/** Checks a config against the rules of its provider. */
export function checkProvider(config: Raw): ProviderIssue[] {
  const host = hostOf(config);
  const provider = host === undefined ? undefined : providerOf(host);
  if (!provider) return [];
  return [
    ...checkPort(provider, config),
    ...checkMissingLogin(provider, config),
    ...checkPassword(provider, config),
    ...checkFields(provider, config),
  ];
}

/**
 * Rules of well-known providers (Gmail, SendGrid, Aliyun DirectMail, Amazon SES, …) for `inspectConnectorConfig`: the format
 * of the username, password, and sender, the ports, and ports without TLS.
 *
 * @example
 * ```ts
 * const { issues } = inspectConnectorConfig(input, { rules: providerRules });
 * ```
 */
export const providerRules: readonly ConfigRule[] = [
  (config) =>
    serversIn(config).flatMap(({ server, path }) =>
      checkProvider(server).map(({ patch: _, ...issue }) => ({
        ...issue,
        path: issue.path[0] === 'fromEmail' ? issue.path : [...path, ...issue.path],
      })),
    ),
];

/** The SMTP servers of a config: the config itself, or those in its list of providers. */
function serversIn(config: Raw): { server: Raw; path: ConfigIssue['path'] }[] {
  const { provider, providers, fromEmail } = config;
  if (provider === undefined && providers === undefined) return [{ server: config, path: [] }];
  const list: unknown[] = Array.isArray(providers) ? providers : [];
  const entries = [
    { entry: provider, path: ['provider'] },
    ...list.map((entry, index) => ({ entry, path: ['providers', index] })),
  ];
  return entries.flatMap(({ entry, path }) => {
    if (!isObject(entry) || entry.name !== 'smtp') return [];
    const { name: _, ehloName: name, ...server } = entry;
    return [{ server: { ...server, name, fromEmail }, path }];
  });
}
