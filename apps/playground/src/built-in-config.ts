import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { type ConfigVariables, smtpConfigSchema } from '@postern/core';
import { createTemplates, type Locale } from '@postern/templates';
import type { DkimKey } from './dkim-check.js';

/** The sender of the sample emails. */
export const BRAND = 'Acme';
const DOMAIN = 'acme.example';
const SELECTOR = 'playground';

/** The login for the playground's mail servers. */
export const LOGIN = { user: 'demo', pass: 'demo-password' };

/** The origin in the OTP-Token header: mail apps offer codes on this site. */
export const OTP_ORIGIN = `https://${DOMAIN}`;

/**
 * Every usage type in the default language, and one type in two other languages, one of them right-to-left.
 */
function sampleTemplates() {
  const locales: Locale[] = ['en', 'de', 'ar'];
  const templates = createTemplates({ brand: { name: BRAND }, locales });
  return [
    ...templates.filter(({ locale }) => locale === undefined),
    ...templates.filter(({ usageType, locale }) => usageType === 'SignIn' && locale && locale !== 'en'),
  ];
}

/** Creates a key that signs the sample emails. Only the playground knows its public key. */
export async function createDkimKey(): Promise<{ privateKey: string; known: DkimKey }> {
  const pair = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const record = `v=DKIM1; k=rsa; p=${pair.publicKey.toString('base64')}`;
  return {
    privateKey: pair.privateKey,
    known: { recordName: `${SELECTOR}._domainkey.${DOMAIN}`, record },
  };
}

/** A reference as in a config: `${NAME}`. */
export const reference = (name: string): string => `\${${name}}`;

/** The values of the references in the built-in config. */
export const demoVariables = (secrets: { certificate: string; privateKey: string }): ConfigVariables => ({
  PLAYGROUND_PASSWORD: LOGIN.pass,
  PLAYGROUND_CERTIFICATE: secrets.certificate,
  PLAYGROUND_DKIM_KEY: secrets.privateKey,
});

/** The server settings for the playground's server. */
export const demoServer = ({ host, port }: { host: string; port: number }) => ({
  host,
  port,
  auth: { user: LOGIN.user, pass: reference('PLAYGROUND_PASSWORD') },
  tls: { ca: reference('PLAYGROUND_CERTIFICATE') },
});

/** The config without `--config`. */
export const builtInConfig = (server: Readonly<Record<string, unknown>>): string =>
  formatConfig({
    ...server,
    fromEmail: `${BRAND} <noreply@${DOMAIN}>`,
    replyTo: `help@${DOMAIN}`,
    dkim: { domainName: DOMAIN, keySelector: SELECTOR, privateKey: reference('PLAYGROUND_DKIM_KEY') },
    defaultLocale: 'en',
    templates: sampleTemplates(),
  });

export const formatConfig = (config: unknown): string => `${JSON.stringify(config, undefined, 2)}\n`;

const SERVER_KEYS = [
  ...['provider', 'providers', 'url', 'service', 'host', 'port', 'secure', 'auth'],
  ...['tls', 'servername', 'ignoreTLS', 'requireTLS'],
];

/** A config without the server or the providers that it sends through. */
export const withoutServer = (config: object): Record<string, unknown> => withoutKeys(config, SERVER_KEYS);

/** Keys that have no effect with the API of a provider. */
const SMTP_KEYS = Object.keys(smtpConfigSchema.shape).filter((key) => !['logger', 'debug'].includes(key));

/** A config without any setting that is only for SMTP, and without providers. */
export const withoutSmtp = (config: object): Record<string, unknown> =>
  withoutKeys(config, [...SERVER_KEYS, ...SMTP_KEYS]);

const withoutKeys = (config: object, keys: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(Object.entries(config).filter(([key]) => !keys.includes(key)));
