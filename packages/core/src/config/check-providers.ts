import { type ConfigIssue, error, warning } from '../config-issue.js';
import { checkKeys, SMTP_HOMES } from './check-keys.js';
import { checkServer } from './check-server.js';
import { isRecord, providersIn, type Raw, within } from './config-input.js';
import { providerKeys, SMTP } from './provider-config.js';
import { smtpConfigSchema } from './smtp-config.js';

/** Keys that select an SMTP server. Next to a provider, it is unclear which of the two to use. */
const SERVER_KEYS = ['url', 'host', 'port', 'service', 'auth'];

/** Keys of an SMTP server that also apply to a provider's API. */
const SHARED_KEYS = ['logger', 'debug'];

const OTHER_KEYS = Object.keys(smtpConfigSchema.shape).filter(
  (key) => !SERVER_KEYS.includes(key) && !SHARED_KEYS.includes(key),
);

/** A parsed config contains them. */
const DEFAULTS: Raw = smtpConfigSchema.parse({});

/** Whether a key differs from its default. */
const isSet = (raw: Raw, key: string): boolean => {
  const value = raw[key];
  if (key === 'auth' && isRecord(value)) return Object.keys(value).length > 0;
  return value !== undefined && value !== DEFAULTS[key];
};

/** Checks the providers of a config, and keys of an SMTP server next to them. */
export function checkProviders(raw: Raw): ConfigIssue[] {
  const selector = raw.provider === undefined ? 'providers' : 'provider';
  const issues: ConfigIssue[] = [];
  if (raw.provider !== undefined && raw.providers !== undefined) {
    const message = 'provider and providers cannot be combined: move the provider into the list';
    issues.push(error(['provider'], 'contradiction', message));
  }
  for (const key of SERVER_KEYS.filter((each) => isSet(raw, each))) {
    const message = `${key} is for an SMTP server, but ${selector} already selects how to send: remove one of them, or list both as "providers": [{ "name": "smtp", "${key}": … }, …] for failover`;
    issues.push(error([key], 'contradiction', message));
  }
  for (const key of OTHER_KEYS.filter((each) => isSet(raw, each)))
    issues.push(warning([key], 'no_effect', `${key} has no effect with ${selector}: remove it`));
  return [...issues, ...providersIn(raw).flatMap(({ path, entry }) => within(path, checkEntry(entry)))];
}

function checkEntry(entry: unknown): ConfigIssue[] {
  const keys = isRecord(entry) ? providerKeys(entry.name) : undefined;
  if (!isRecord(entry) || !keys) return [];
  return entry.name === SMTP
    ? [...checkKeys(entry, [...keys, 'url'], { homes: SMTP_HOMES }), ...checkServer(entry, 'ehloName')]
    : checkKeys(entry, keys);
}
