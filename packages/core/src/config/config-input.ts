import { type ConfigIssue, error, warning } from '../config-issue.js';
import { TLS_FLAGS } from './tls-keys.js';

/** A config before it is checked. */
export type Raw = Record<string, unknown>;

export const isRecord = (value: unknown): value is Raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isBlank = (value: unknown) => value === undefined || value === null || value === '';

/** Admin forms store `null` or `''` for a field that was cleared. */
const withoutBlanks = (object: Raw, except: readonly string[] = []): Raw =>
  Object.fromEntries(
    Object.entries(object).filter(([key, value]) => !isBlank(value) || except.includes(key)),
  );

/** An empty string is a valid value for these fields of a template. */
const TEMPLATE_TEXTS = ['subject', 'content'];

const FLAGS = 'secure ignoreTLS requireTLS logger debug disableFileAccess disableUrlAccess pool'.split(' ');
const YES = /^(?:true|yes|on|1)$/i;
const NO = /^(?:false|no|off|0)$/i;

/** Environment variables contain strings. The schema refuses any other string. */
export const readFlag = (value: unknown): unknown => {
  if (typeof value !== 'string') return value;
  const word = value.trim();
  return YES.test(word) ? true : NO.test(word) ? false : value;
};

const withFlags = (object: Raw, flags: readonly string[]): Raw => {
  const written = flags.filter((flag) => flag in object);
  return { ...object, ...Object.fromEntries(written.map((flag) => [flag, readFlag(object[flag])])) };
};

/** Converts the value to a number, if it is one. The schema checks the range. */
export const readNumber = (value: unknown): number | undefined =>
  typeof value === 'number' || (typeof value === 'string' && value !== '') ? Number(value) : undefined;

/** Reads the keys of `smtps://user:pass@host:465`. Separate keys override them. */
function readUrl(url: unknown): { keys: Raw; issues: ConfigIssue[] } {
  // Never show the URL, because it contains the password.
  const refuse = (message: string) => ({ keys: {}, issues: [error(['url'], 'not_allowed', message)] });
  const example = 'smtps://user:password@smtp.example.com:465';
  if (typeof url !== 'string' || !URL.canParse(url))
    return refuse(
      `url is not valid: set it to a URL such as ${example}, with special characters in the password percent-encoded`,
    );
  const { protocol, hostname, port, username, password, search } = new URL(url);
  if (protocol !== 'smtp:' && protocol !== 'smtps:')
    return refuse(`url must start with smtp:// or smtps://, such as ${example}`);
  if (!hostname) return refuse(`url has no host: set it to a URL such as ${example}`);
  const secure = protocol === 'smtps:';
  try {
    const auth =
      username || password ? { user: decodeURIComponent(username), pass: decodeURIComponent(password) } : {};
    return {
      keys: {
        host: hostname,
        port: port === '' ? (secure ? 465 : 587) : Number(port),
        secure,
        auth: withoutBlanks(auth),
      },
      issues: search
        ? [
            warning(
              ['url'],
              'ignored',
              'the query string of url has no effect: set these options as separate keys',
            ),
          ]
        : [],
    };
  } catch {
    return refuse('url contains a % that is not part of a percent-encoded character: replace it with %25');
  }
}

/** Normalizes the keys of an SMTP server, and requires host and port unless a service or a URL provides them. */
function prepareServer(input: Raw): { config: Raw; issues: ConfigIssue[] } {
  const { url, ...own } = withoutBlanks(input);
  const fromUrl = url === undefined ? { keys: {}, issues: [] } : readUrl(url);
  const config: Raw = withFlags({ ...fromUrl.keys, ...own }, FLAGS);
  // An IPv6 address has brackets only in a URL.
  if (typeof config.host === 'string') config.host = config.host.replace(/^\[(.*)\]$/, '$1');
  if (isRecord(config.tls)) config.tls = withFlags(config.tls, TLS_FLAGS);
  if (isRecord(config.auth)) config.auth = withoutBlanks(config.auth);
  if (isRecord(config.dkim)) config.dkim = withoutBlanks(config.dkim);
  const needsHost =
    config.service === undefined && fromUrl.issues.every(({ severity }) => severity !== 'error');
  const issues = [...fromUrl.issues];
  if (config.secure === undefined && readNumber(config.port) === 465) config.secure = true;
  if (needsHost && config.host === undefined) {
    issues.push(
      error(
        ['host'],
        'missing',
        'host is required: set it to the name of your SMTP server, such as "smtp.example.com"',
      ),
    );
  }
  if (needsHost && config.port === undefined) {
    issues.push(
      error(
        ['port'],
        'missing',
        'port is required: set it to the port of your SMTP server, usually 587 or 465',
      ),
    );
  }
  return { config, issues };
}

/** The providers in a config, with the path of each. Without any, the config itself describes an SMTP server. */
export function providersIn({ provider, providers }: Raw): { path: ConfigIssue['path']; entry: unknown }[] {
  if (provider !== undefined) return [{ path: ['provider'], entry: provider }];
  return Array.isArray(providers)
    ? providers.map((entry: unknown, index) => ({ path: ['providers', index], entry }))
    : [];
}

export const selectsProvider = ({ provider, providers }: Raw): boolean =>
  provider !== undefined || providers !== undefined;

/** Moves issues into an object at this path. */
export const within = (path: ConfigIssue['path'], issues: readonly ConfigIssue[]): ConfigIssue[] =>
  issues.map((issue) => ({ ...issue, path: [...path, ...issue.path] }));

function prepareProviders(config: Raw): { config: Raw; issues: ConfigIssue[] } {
  const prepared = providersIn(config).map(({ path, entry }) => {
    if (!isRecord(entry)) return { entry, issues: [] };
    if (entry.name !== 'smtp') return { entry: withoutBlanks(entry), issues: [] };
    const server = prepareServer(entry);
    return { entry: server.config, issues: within(path, server.issues) };
  });
  const entries = prepared.map(({ entry }) => entry);
  const isList = config.provider === undefined && Array.isArray(config.providers);
  return {
    config: {
      ...withFlags(config, FLAGS),
      ...(config.provider !== undefined && { provider: entries[0] }),
      ...(isList && { providers: entries }),
    },
    issues: prepared.flatMap(({ issues }) => issues),
  };
}

/**
 * Normalizes a config before it is checked: removes blanks, splits `url` into keys, and requires host and port unless
 * something else provides them.
 */
export function prepareConfig(
  input: unknown,
): { ok: true; config: Raw; issues: ConfigIssue[] } | { ok: false; issue: ConfigIssue } {
  if (!isRecord(input)) {
    const what =
      typeof input === 'string'
        ? 'is a string: pass the object that JSON.parse returns'
        : 'must be an object';
    return { ok: false, issue: error([], 'not_allowed', `the config ${what}`) };
  }
  const own = withoutBlanks(input);
  const { config, issues } = selectsProvider(own) ? prepareProviders(own) : prepareServer(own);
  if (Array.isArray(config.templates)) {
    config.templates = config.templates.map((template) =>
      isRecord(template) ? withoutBlanks(template, TEMPLATE_TEXTS) : template,
    );
  }
  return { ok: true, config, issues };
}
