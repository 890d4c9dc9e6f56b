import { type ConfigIssue, error, warning } from '../config-issue.js';
import { isLoopbackHost } from '../loopback.js';
import { LONGEST_TIMER_MS } from '../timer.js';
import { isRecord, type Raw, readNumber } from './config-input.js';
import { AUTH_KEYS, keysUsedOf } from './smtp-auth.js';
import { TIMEOUTS } from './smtp-config.js';
import { TLS_CONTEXT_KEYS, TLS_FLAGS, TLS_SERVER_KEYS } from './tls-keys.js';

/** The parts of a config that the rules examine. */
interface Facts {
  raw: Raw;
  tls: Raw;
  auth: Raw;
  port: number | undefined;
  hasCredentials: boolean;
  isLocal: boolean;
  /** Whether TLS is never used. */
  isPlain: boolean;
}

interface Combination {
  /** Set only if no email can be sent. @default 'warning' */
  severity?: 'error';
  path: string[];
  /** @default 'no_effect' */
  code?: string;
  when: (facts: Facts) => boolean;
  /** The problem and its fix. */
  message: string;
}

const VERSIONS: readonly unknown[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];
const isSet = (value: unknown) => value !== undefined && value !== null && value !== '';
const isIpAddress = (value: unknown) => typeof value === 'string' && /^[\d.]+$|:/.test(value);
const rank = (version: unknown) => VERSIONS.indexOf(version);
const isTokenMethod = (method: string) => method.toUpperCase() === 'XOAUTH2';
const isOAuth2 = (auth: Raw) => !keysUsedOf(auth).includes('pass');

/** Reports an error if TLS is required, or else a warning, because a server without STARTTLS still accepts emails. */
const handshakeFails = (key: string, when: (tls: Raw) => boolean, message: string): Combination[] =>
  [true, false].map((isCertain) => ({
    ...(isCertain && { severity: 'error' as const }),
    path: ['tls', key],
    code: 'not_allowed',
    when: ({ raw, tls, isPlain }) =>
      when(tls) &&
      !isSet(tls.secureContext) &&
      !isPlain &&
      isCertain === (raw.secure === true || raw.requireTLS === true),
    message,
  }));

/** Valid keys that have no effect, or not the intended one. */
const COMBINATIONS: readonly Combination[] = [
  {
    path: ['secure'],
    code: 'secure_expected',
    when: ({ port, raw }) => port === 465 && raw.secure === false,
    message: 'port 465 requires TLS from the first byte: set "secure": true',
  },
  ...[587, 25].map((port) => ({
    path: ['secure'],
    code: 'secure_unexpected',
    when: (facts: Facts) => facts.port === port && facts.raw.secure === true,
    message: `port ${port} starts in plain text and upgrades to TLS with STARTTLS: set "secure": false`,
  })),
  {
    path: ['ignoreTLS'],
    code: 'contradiction',
    when: ({ raw }) => raw.ignoreTLS === true && raw.requireTLS === true,
    message: 'ignoreTLS has no effect with requireTLS: remove ignoreTLS',
  },
  {
    path: ['ignoreTLS'],
    when: ({ raw }) => raw.ignoreTLS === true && raw.secure === true && raw.requireTLS !== true,
    message: 'ignoreTLS has no effect with "secure": true: remove ignoreTLS',
  },
  {
    path: ['ignoreTLS'],
    code: 'plaintext_credentials',
    when: ({ hasCredentials, isPlain, isLocal }) => hasCredentials && isPlain && !isLocal,
    message:
      'ignoreTLS sends the credentials and every code in plain text: remove ignoreTLS, or use port 465 with "secure": true',
  },
  {
    path: ['tls'],
    when: ({ isPlain, tls }) => isPlain && Object.keys(tls).length > 0,
    message:
      'tls has no effect with ignoreTLS, which sends everything in plain text: remove ignoreTLS or tls',
  },
  {
    path: ['service'],
    when: ({ raw }) => isSet(raw.service) && isSet(raw.host),
    message: '"host" overrides the host from "service": remove "service" and set "port", or remove "host"',
  },
  {
    path: ['pool'],
    when: ({ raw }) => raw.pool === false,
    message:
      '"pool" has no effect, because connections are always pooled: remove "pool", or set "maxMessages": 1 for one connection per email',
  },
  ...TIMEOUTS.flatMap((key): Combination[] => [
    {
      path: [key],
      when: ({ raw }) => readNumber(raw[key]) === 0,
      message: `${key} is 0, which selects the default: remove ${key}, or set it to a positive number of milliseconds`,
    },
    {
      path: [key],
      when: ({ raw }) => (readNumber(raw[key]) ?? 0) > LONGEST_TIMER_MS,
      message: `${key} exceeds the maximum timer value: set it to ${LONGEST_TIMER_MS} milliseconds or less`,
    },
  ]),
  ...['servername', 'tls.servername'].map((name) => ({
    path: name.split('.'),
    when: ({ raw, tls }: Facts) => isIpAddress(name === 'servername' ? raw.servername : tls.servername),
    message: `${name} cannot be an IP address (RFC 6066): set it to the host name in the certificate, or remove it`,
  })),
  {
    path: ['authMethod'],
    when: ({ raw, hasCredentials }) => isSet(raw.authMethod) && !hasCredentials,
    message: 'authMethod has no effect without auth: add auth, or remove authMethod',
  },
  {
    path: ['authMethod'],
    when: ({ raw, auth, hasCredentials }) =>
      typeof raw.authMethod === 'string' &&
      hasCredentials &&
      isOAuth2(auth) &&
      !isTokenMethod(raw.authMethod),
    message: 'authMethod has no effect with OAuth2, which always uses XOAUTH2: remove authMethod',
  },
  {
    path: ['authMethod'],
    code: 'contradiction',
    when: ({ raw, auth }) =>
      typeof raw.authMethod === 'string' &&
      isSet(auth.pass) &&
      !isOAuth2(auth) &&
      isTokenMethod(raw.authMethod),
    message: 'authMethod XOAUTH2 requires a token: remove authMethod, or use auth with "type": "oauth2"',
  },
  ...AUTH_KEYS.map((key) => ({
    path: ['auth', key],
    when: ({ auth }: Facts) => isSet(auth[key]) && !keysUsedOf(auth).includes(key),
    message: `auth.${key} has no effect, because other keys in auth select a different kind of login: remove it, or keep only the keys for one kind of login`,
  })),
  {
    path: ['auth', 'expires'],
    when: ({ auth }) =>
      isSet(auth.expires) && keysUsedOf(auth).includes('expires') && !isSet(auth.accessToken),
    message:
      'auth.expires has no effect without auth.accessToken: add auth.accessToken, or remove auth.expires',
  },
  ...['clientId', 'clientSecret', 'accessUrl'].map((key) => ({
    path: ['auth', key],
    when: ({ auth }: Facts) =>
      isSet(auth[key]) &&
      isSet(auth.accessToken) &&
      !isSet(auth.refreshToken) &&
      keysUsedOf(auth).includes('accessToken'),
    message: `auth.${key} has no effect without auth.refreshToken: add auth.refreshToken, or remove auth.${key}`,
  })),
  ...TLS_FLAGS.map((key) => ({
    path: ['tls', key],
    when: ({ tls }: Facts) => isSet(tls[key]) && typeof tls[key] !== 'boolean',
    message: `tls.${key} must be true or false`,
  })),
  ...TLS_SERVER_KEYS.map((key) => ({
    path: ['tls', key],
    when: ({ tls }: Facts) => isSet(tls[key]),
    message: `tls.${key} has no effect, because it is for servers: remove it`,
  })),
  ...TLS_CONTEXT_KEYS.map((key) => ({
    path: ['tls', key],
    when: ({ tls }: Facts) => isSet(tls.secureContext) && isSet(tls[key]),
    message: `tls.${key} has no effect with tls.secureContext: remove it, or pass it to createSecureContext`,
  })),
  ...['ca', 'crl', 'checkServerIdentity'].map((key) => ({
    path: ['tls', key],
    when: ({ tls }: Facts) => isSet(tls[key]) && tls.rejectUnauthorized === false,
    message: `tls.${key} has no effect with "rejectUnauthorized": false: remove tls.rejectUnauthorized`,
  })),
  ...handshakeFails(
    'ca',
    ({ ca, rejectUnauthorized }) => Array.isArray(ca) && ca.length === 0 && rejectUnauthorized !== false,
    'tls.ca is an empty list, so no certificate is trusted: add a certificate (PEM), or remove tls.ca',
  ),
  ...[
    ['cert', 'key', ['key', 'privateKeyIdentifier', 'pfx']] as const,
    ['key', 'cert', ['cert', 'pfx']] as const,
    ['passphrase', 'key', ['key', 'pfx']] as const,
  ].map(([key, missing, partners]) => ({
    path: ['tls', key],
    when: ({ tls }: Facts) => isSet(tls[key]) && !partners.some((each) => isSet(tls[each])),
    message: `tls.${key} has no effect without tls.${missing}: add tls.${missing}, or remove tls.${key}`,
  })),
  ...['minVersion', 'maxVersion'].map((key) => ({
    severity: 'error' as const,
    path: ['tls', key],
    code: 'not_allowed',
    when: ({ tls }: Facts) => isSet(tls[key]) && rank(tls[key]) < 0 && !isSet(tls.secureContext),
    message: `tls.${key} must be one of ${VERSIONS.join(', ')}`,
  })),
  ...handshakeFails(
    'minVersion',
    ({ minVersion, maxVersion }) => rank(maxVersion) >= 0 && rank(minVersion) > rank(maxVersion),
    'tls.minVersion is higher than tls.maxVersion: set a lower minVersion, or remove maxVersion',
  ),
  {
    path: ['tls', 'maxVersion'],
    when: ({ tls }) => !isSet(tls.minVersion) && [0, 1].includes(rank(tls.maxVersion)),
    message: 'tls.maxVersion is lower than the default minVersion of Node.js: also set tls.minVersion',
  },
];

/** Checks combinations of keys. The config does not have to be valid. */
export function checkCombinations(raw: Raw): ConfigIssue[] {
  const { host, secure, ignoreTLS, requireTLS } = raw;
  const auth = isRecord(raw.auth) ? raw.auth : {};
  const facts: Facts = {
    raw,
    auth,
    tls: isRecord(raw.tls) ? raw.tls : {},
    port: readNumber(raw.port),
    hasCredentials: Object.keys(auth).some((key) => key !== 'type'),
    // A config without a host uses a well-known service, which is never on the local machine.
    isLocal: typeof host === 'string' && isLoopbackHost(host),
    isPlain: ignoreTLS === true && requireTLS !== true && secure !== true,
  };
  return COMBINATIONS.filter(({ when }) => when(facts)).map(
    ({ severity, path, code = 'no_effect', message }): ConfigIssue =>
      (severity === 'error' ? error : warning)([...path], code, message),
  );
}
