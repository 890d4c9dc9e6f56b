import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import type { ConfigVariables } from '@postern/core';
import { createTemplates, type Locale } from '@postern/templates';
import type { DkimKey } from './dkim-check.js';

/** Whose emails the playground sends. */
export const BRAND = 'Acme';
const DOMAIN = 'acme.example';
const SELECTOR = 'playground';

/** The mail servers of the playground let this one in. */
export const LOGIN = { user: 'demo', pass: 'demo-password' };

/** The site of the OTP-Token header: on which mail apps may offer the codes. */
export const OTP_ORIGIN = `https://${DOMAIN}`;

/** Every usage type for everyone, and one of them in two more languages, one of which is written from the right. */
function sampleTemplates() {
  const locales: Locale[] = ['en', 'de', 'ar'];
  const templates = createTemplates({ brand: { name: BRAND }, locales });
  return [
    ...templates.filter(({ locale }) => locale === undefined),
    ...templates.filter(({ usageType, locale }) => usageType === 'SignIn' && locale && locale !== 'en'),
  ];
}

/** A key that signs the emails of the demo. Only the playground knows its public half. */
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

/** As a config has it: `${NAME}`. */
export const reference = (name: string): string => `\${${name}}`;

/** What the references of the built-in config lead to. */
export const demoVariables = (secrets: { certificate: string; privateKey: string }): ConfigVariables => ({
  PLAYGROUND_PASSWORD: LOGIN.pass,
  PLAYGROUND_CERTIFICATE: secrets.certificate,
  PLAYGROUND_DKIM_KEY: secrets.privateKey,
});

/** The server part of a config for the playground's own server. */
export const demoServer = ({ host, port }: { host: string; port: number }) => ({
  host,
  port,
  auth: { user: LOGIN.user, pass: reference('PLAYGROUND_PASSWORD') },
  tls: { ca: reference('PLAYGROUND_CERTIFICATE') },
});

/** The config to begin with. */
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
  'url',
  'service',
  'host',
  'port',
  'secure',
  'auth',
  'tls',
  'servername',
  'ignoreTLS',
  'requireTLS',
];

/** A config without its server part: what another server takes the place of. */
export const withoutServer = (config: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(config).filter(([key]) => !SERVER_KEYS.includes(key)));
