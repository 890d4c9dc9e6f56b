import { type ConfigIssue, readWebUrl } from '@postern/core';
import { isRecord } from './official-rules.js';
import { readAddresses, writeMailbox } from './written-addresses.js';

type Raw = Record<string, unknown>;

const isBlank = (value: unknown) => value === undefined || value === null || value === '';

/** Keys that must not be dropped, because they determine the sender, the server, and the security. */
const ESSENTIAL = ['host', 'port', 'auth', 'fromEmail', 'templates', 'tls', 'localAddress'];

const drop = () => undefined;

type Repair = (value: unknown, config: Raw, issues: readonly ConfigIssue[]) => unknown;

/** Converts values that `@postern/core` rejects to what nodemailer uses in the official connector. */
const REPAIRS: Readonly<Record<string, Repair>> = {
  host: (value) => (isBlank(value) ? 'localhost' : value),
  port: (value, { secure }) => (value === 0 ? (secure === true ? 465 : 587) : value),
  auth: repairAuth,
  fromEmail: (value) => {
    const [sender] = readAddresses(value);
    return sender ? writeMailbox(sender) : value;
  },
  replyTo: (value) => readAddresses(value).map(writeMailbox).join(', '),
  // The official connector sends "EHLO My App", but many servers accept only a single word.
  name: (value) =>
    String(value)
      .trim()
      .replace(/[\s\p{C}]+/gu, '-'),
  templates: repairTemplates,
  customHeaders: (value, _config, issues) => {
    const refused = new Set(issues.map(({ path }) => path[1]));
    return isRecord(value)
      ? Object.fromEntries(Object.entries(value).filter(([name]) => !refused.has(name)))
      : undefined;
  },
};

/**
 * Changes a config that the official connector accepts so that `@postern/core` accepts it too, and emails continue to be sent.
 * Keeps essential values that cannot be repaired, and drops the others.
 */
export function repairConfig(config: Raw, issues: readonly ConfigIssue[]): Raw {
  return applyTo(config, issues, (key) => (Object.hasOwn(REPAIRS, key) ? REPAIRS[key] : undefined));
}

/** Drops invalid values that are not essential. */
export const omitUnusable = (config: Raw, issues: readonly ConfigIssue[]): Raw =>
  applyTo(config, issues, () => undefined);

function applyTo(
  config: Raw,
  issues: readonly ConfigIssue[],
  find: (key: string) => Repair | undefined,
): Raw {
  const keys = new Set(issues.map(({ path }) => String(path[0])));
  const repaired = [...keys].map((key) => {
    const repair = find(key) ?? (ESSENTIAL.includes(key) ? (value: unknown) => value : drop);
    return [
      key,
      repair(
        config[key],
        config,
        issues.filter(({ path }) => path[0] === key),
      ),
    ];
  });
  return { ...config, ...Object.fromEntries(repaired) };
}

const TOKEN_SECRETS = ['clientId', 'clientSecret', 'refreshToken', 'accessUrl'];

function repairAuth(auth: unknown): unknown {
  if (!isRecord(auth)) return auth;
  const { user, pass, ...keys } = auth;
  const isOAuth2 = typeof keys.type === 'string' && keys.type.toLowerCase() === 'oauth2';
  // Without a user, the official connector sends without a login.
  if (isBlank(user)) return {};
  if (isOAuth2 || isBlank(pass)) {
    const hasKeys = Object.keys(keys).some((key) => key !== 'type' && !isBlank(keys[key]));
    if (!isOAuth2 && !hasKeys) return {};
    // With an access token, an invalid `accessUrl` was never used.
    const { accessToken, accessUrl } = keys;
    return isBlank(accessToken) || isBlank(accessUrl) || isUrl(accessUrl)
      ? { user, ...keys }
      : { user, ...Object.fromEntries(Object.entries(keys).filter(([key]) => !TOKEN_SECRETS.includes(key))) };
  }
  return { user, pass: typeof pass === 'number' ? String(pass) : pass };
}

const isUrl = (value: unknown) => typeof value === 'string' && readWebUrl(value) !== undefined;

/** Drops the invalid keys of templates. They are keys that the official connector does not know. */
function repairTemplates(templates: unknown, _config: Raw, issues: readonly ConfigIssue[]): unknown {
  if (!Array.isArray(templates)) return templates;
  return templates.flatMap((template: unknown, index) => {
    const wrong = new Set(issues.filter(({ path }) => path[1] === index).map(({ path }) => path[2]));
    // No email has the type "".
    if (wrong.has('usageType') || !isRecord(template)) return [];
    return [Object.fromEntries(Object.entries(template).filter(([key]) => !wrong.has(key)))];
  });
}
