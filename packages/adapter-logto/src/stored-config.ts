import type { ConnectorConfig } from '@postern/core';
import wellKnown from 'nodemailer/lib/well-known';
import { isRecord } from './official-rules.js';

type Raw = Record<string, unknown>;

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (Array.isArray(value) ? value.length === 0 : isPlain(value) && Object.keys(value).length === 0);

const isPlain = (value: unknown): value is Raw =>
  isRecord(value) && [Object.prototype, null].includes(Object.getPrototypeOf(value));

function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty).filter((item) => !isEmpty(item));
  if (!isPlain(value)) return value;
  const kept = Object.entries(value).map(([key, child]): [string, unknown] => [key, withoutEmpty(child)]);
  return Object.fromEntries(kept.filter(([, child]) => !isEmpty(child)));
}

/** The texts of a template that may be intentionally empty. */
const TEMPLATE_TEXTS = ['subject', 'content'];

const mapTemplates = (config: Raw, change: (template: Raw) => Raw): Raw =>
  Array.isArray(config.templates)
    ? { ...config, templates: config.templates.map((each) => (isRecord(each) ? change(each) : each)) }
    : config;

/**
 * Converts a config to the form that Logto stores: Logto removes empty objects, lists, and texts at any depth. The check before
 * saving and the console's test use this form, so that both match the later behavior.
 */
export function asStored(config: unknown): unknown {
  if (!isRecord(config)) return config;
  const { templates, ...rest } = config;
  const kept = withoutEmpty(rest) as Raw; // still an object
  if (!Array.isArray(templates)) return isEmpty(templates) ? kept : { ...kept, templates };
  return mapTemplates({ ...kept, templates }, (template) => {
    const texts = Object.entries(template).filter(
      ([key, text]) => TEMPLATE_TEXTS.includes(key) && text === '',
    );
    return { ...(withoutEmpty(template) as Raw), ...Object.fromEntries(texts) };
  });
}

const lacksText = (template: unknown) =>
  isRecord(template) && TEMPLATE_TEXTS.some((key) => !(key in template));

/** Restores empty subjects and contents, which Logto removed. A template without them would not have passed the check. */
export function restoreTexts(config: unknown): unknown {
  if (!isRecord(config) || !Array.isArray(config.templates) || !config.templates.some(lacksText))
    return config;
  return mapTemplates(config, (template) => ({ subject: '', content: '', ...template }));
}

/** Keys that must be numbers or booleans for the official connector and for the form. */
const NUMBERS_AND_SWITCHES = [
  ...(['port', 'connectionTimeout', 'greetingTimeout', 'socketTimeout', 'dnsTimeout'] as const),
  ...(['maxConnections', 'maxMessages', 'idleTimeout'] as const),
  ...(['secure', 'ignoreTLS', 'requireTLS', 'logger', 'debug'] as const),
  ...(['disableFileAccess', 'disableUrlAccess', 'pool'] as const),
];

/**
 * Normalizes a config that is about to be saved, so that the console's form and the official connector can read it: numbers as
 * numbers, switches as booleans, and `url` and `service` as host and port. Modifies its input, because Logto stores the object that
 * it checks, not the result of the check.
 */
export function normalizeInPlace(input: unknown, config: ConnectorConfig): void {
  if (!isRecord(input) || !Object.isExtensible(input) || Object.isFrozen(input)) return;
  for (const key of NUMBERS_AND_SWITCHES)
    if (typeof input[key] === 'string' && input[key] !== '') input[key] = config[key];
  if (typeof input.url === 'string' && input.url !== '') {
    const { host, port, secure, auth } = config;
    delete input.url;
    Object.assign(input, { host, port, secure }, auth.type !== undefined && { auth: { ...auth } });
  }
  const known = typeof input.service === 'string' ? wellKnown(input.service) : false;
  if (known) {
    const {
      host = known.host,
      port = known.port,
      secure = config.port === undefined && known.secure,
    } = config;
    delete input.service;
    Object.assign(input, { host, port: Number(port) }, secure && { secure });
  }
  const { auth } = input;
  if (!isRecord(auth) || Object.isFrozen(auth)) return;
  if (typeof auth.type === 'string') auth.type = auth.type.toLowerCase();
  if (typeof auth.expires === 'string' && 'expires' in config.auth) auth.expires = config.auth.expires;
}
