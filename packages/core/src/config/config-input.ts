import { type ConfigIssue, error, warning } from '../config-issue.js';
import { TLS_FLAGS } from './tls-keys.js';

/** What someone wrote, before anything is known about it. */
export type Raw = Record<string, unknown>;

export const isRecord = (value: unknown): value is Raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isBlank = (value: unknown) => value === undefined || value === null || value === '';

/** Admin forms store `null` and `''` for a field that was emptied. */
const withoutBlanks = (object: Raw, except: readonly string[] = []): Raw =>
  Object.fromEntries(
    Object.entries(object).filter(([key, value]) => !isBlank(value) || except.includes(key)),
  );

/** In a template these may be empty on purpose; empty is not missing. */
const TEMPLATE_TEXTS = ['subject', 'content'];

const FLAGS = 'secure ignoreTLS requireTLS logger debug disableFileAccess disableUrlAccess pool'.split(' ');
const YES = /^(?:true|yes|on|1)$/i;
const NO = /^(?:false|no|off|0)$/i;

/** Environment variables hold text. Any other text is for the schema to refuse. */
const readFlag = (value: unknown): unknown => {
  if (typeof value !== 'string') return value;
  const word = value.trim();
  return YES.test(word) ? true : NO.test(word) ? false : value;
};

const withFlags = (object: Raw, flags: readonly string[]): Raw => {
  const written = flags.filter((flag) => flag in object);
  return { ...object, ...Object.fromEntries(written.map((flag) => [flag, readFlag(object[flag])])) };
};

/** The value as a number, if it is one. The schema checks whether that number is allowed. */
export const readNumber = (value: unknown): number | undefined =>
  typeof value === 'number' || (typeof value === 'string' && value !== '') ? Number(value) : undefined;

/** Reads `smtps://user:pass@host:465`; the keys it gives can be overridden by keys of their own. */
function readUrl(url: unknown): { keys: Raw; issues: ConfigIssue[] } {
  // Never show the URL: it holds the password.
  const refuse = (message: string) => ({ keys: {}, issues: [error(['url'], 'not_allowed', message)] });
  const example = 'smtps://user:password@smtp.example.com:465';
  if (typeof url !== 'string' || !URL.canParse(url))
    return refuse(`url has to look like ${example} (special characters of the password percent-encoded)`);
  const { protocol, hostname, port, username, password, search } = new URL(url);
  if (protocol !== 'smtp:' && protocol !== 'smtps:')
    return refuse(`url has to begin with smtp:// or smtps://, such as ${example}`);
  if (!hostname) return refuse(`url has no host: write it like ${example}`);
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
              'the part of url after the ? is ignored: write options as keys of their own',
            ),
          ]
        : [],
    };
  } catch {
    return refuse('url has a % that is not part of a percent-encoded character: write it as %25');
  }
}

/**
 * Turns what people and forms write into one shape, before it is checked: blanks out, `url` taken apart,
 * host and port asked for unless a service stands in for them.
 */
export function prepareConfig(
  input: unknown,
): { ok: true; config: Raw; issues: ConfigIssue[] } | { ok: false; issue: ConfigIssue } {
  if (!isRecord(input)) {
    const what =
      typeof input === 'string'
        ? 'is text: pass the object that JSON.parse makes of it'
        : 'has to be an object';
    return { ok: false, issue: error([], 'not_allowed', `the config ${what}`) };
  }
  const { url, ...own } = withoutBlanks(input);
  const fromUrl = url === undefined ? { keys: {}, issues: [] } : readUrl(url);
  const config: Raw = withFlags({ ...fromUrl.keys, ...own }, FLAGS);
  // An IPv6 address has brackets in URLs, and nowhere else.
  if (typeof config.host === 'string') config.host = config.host.replace(/^\[(.*)\]$/, '$1');
  if (isRecord(config.tls)) config.tls = withFlags(config.tls, TLS_FLAGS);
  if (isRecord(config.auth)) config.auth = withoutBlanks(config.auth);
  if (isRecord(config.dkim)) config.dkim = withoutBlanks(config.dkim);
  if (Array.isArray(config.templates)) {
    config.templates = config.templates.map((template) =>
      isRecord(template) ? withoutBlanks(template, TEMPLATE_TEXTS) : template,
    );
  }
  const needsHost =
    config.service === undefined && fromUrl.issues.every(({ severity }) => severity !== 'error');
  const issues = [...fromUrl.issues];
  if (config.secure === undefined && readNumber(config.port) === 465) config.secure = true;
  if (needsHost && config.host === undefined) {
    issues.push(
      error(
        ['host'],
        'missing',
        'host is missing: write the name of your SMTP server, such as "smtp.example.com"',
      ),
    );
  }
  if (needsHost && config.port === undefined) {
    issues.push(
      error(['port'], 'missing', 'port is missing: write the port of your SMTP server, usually 587 or 465'),
    );
  }
  return { ok: true, config, issues };
}
