import * as z from 'zod';
import { readMailbox } from '../mailbox.js';
import { quote } from '../quote.js';
import { hideOnInspect } from '../secrets.js';
import { optionalText, requiredText } from '../text-schema.js';
import { LONGEST_TIMER_MS } from '../timer.js';
import { type SmtpAuth, smtpAuthSchema } from './smtp-auth.js';

/**
 * Settings for the SMTP server and login, with the names of nodemailer's options. The TSDoc of each key is also its
 * description in `connectorConfigJsonSchema`.
 */
export interface SmtpConfig {
  /**
   * Host name or IP address of the SMTP server.
   * @example "smtp.example.com"
   */
  host?: string | undefined;
  /**
   * Port of the SMTP server: 465 for implicit TLS, 587 for STARTTLS.
   * @example 465
   * @example 587
   */
  port?: number | undefined;
  /**
   * A name from nodemailer's list of well-known services, instead of host and port.
   * @example "SendGrid"
   */
  service?: string | undefined;
  /** Credentials. Omit them if the server requires no login. */
  auth: SmtpAuth;
  /**
   * The login mechanism: PLAIN, LOGIN or CRAM-MD5 with a password, XOAUTH2 with a token.
   * @default the first that the server offers and accepts
   * @example "LOGIN"
   */
  authMethod?: 'PLAIN' | 'LOGIN' | 'CRAM-MD5' | 'XOAUTH2' | undefined;
  /** Use TLS from the first byte. @default true on port 465, otherwise false (STARTTLS if the server offers it) */
  secure?: boolean | undefined;
  /** Options of Node's tls.connect, such as ca or minVersion. */
  tls?: Record<string, unknown> | undefined;
  /** The expected host name in the certificate, also sent as SNI. @default host */
  servername?: string | undefined;
  /** Never use STARTTLS, even if the server offers it. Everything is sent in plain text. @default false */
  ignoreTLS?: boolean | undefined;
  /** Refuse to send without STARTTLS. @default false */
  requireTLS?: boolean | undefined;
  /** The name of this machine in EHLO, in ASCII. @default its host name */
  name?: string | undefined;
  /** The local IP address to connect from. */
  localAddress?: string | undefined;
  /** Maximum time from the DNS lookup to a logged-in session, in milliseconds. @default 120,000 */
  connectionTimeout: number;
  /** Maximum time to wait for the server's greeting, in milliseconds. @default 30,000 */
  greetingTimeout: number;
  /** Maximum time to wait for each reply after the greeting, in milliseconds. @default 600,000 */
  socketTimeout: number;
  /** Maximum time to wait for DNS, in milliseconds. @default 30,000 */
  dnsTimeout: number;
  /** Log structured events, without secrets. @default false */
  logger?: boolean | undefined;
  /** Also log the SMTP dialogue, without secrets. @default false */
  debug?: boolean | undefined;
  /** Never read attachments or content from files. @default true */
  disableFileAccess: boolean;
  /** Never read attachments or content from URLs. @default true */
  disableUrlAccess: boolean;
  /** Sign every email with DKIM (RFC 6376). */
  dkim?: DkimConfig | undefined;
  /** The envelope sender, which receives bounces. @default the address of fromEmail */
  envelopeFrom?: string | undefined;
  /** Connections are always pooled; `false` has no effect. @default true */
  pool?: boolean | undefined;
  /** Maximum number of open connections. Lower for providers that allow fewer. @default 50 */
  maxConnections?: number | undefined;
  /** Maximum number of emails per connection before it is replaced. @default 100 */
  maxMessages?: number | undefined;
  /** Time without an email before a connection is closed, in milliseconds. @default 60,000 */
  idleTimeout?: number | undefined;
}

const AUTH_METHODS = ['PLAIN', 'LOGIN', 'CRAM-MD5', 'XOAUTH2'] as const;
const AUTH_METHOD_RULE = `authMethod must be one of ${AUTH_METHODS.join(', ')}`;

interface DkimConfig {
  /** The signing domain. */
  domainName: string;
  /** The selector of the DNS record. */
  keySelector: string;
  /** The private RSA key (PEM). */
  privateKey: string;
  /** The fields to sign, separated by colons. */
  headerFieldNames?: string | undefined;
  /** The fields to leave unsigned, separated by colons. */
  skipFields?: string | undefined;
}

type Say = { error: (issue: { input?: unknown }) => string };

/** A number or a string of digits. All checks have the same message, because a union can return the message of any of them. */
function numeric(message: (input: unknown) => string, range: (say: Say) => z.ZodNumber) {
  const say: Say = { error: ({ input }) => message(input) };
  const number = range(say);
  const digits = z.string().regex(/^\d+$/).transform(Number);
  return z.union([number, digits.pipe(number)], say);
}

const port = numeric(
  (input) =>
    input === undefined
      ? 'port is required: set it to the port of your SMTP server, usually 587 or 465'
      : `port must be a number from 1 to 65535, not ${quote(input)}`,
  (say) => z.int(say).min(1, say).max(65_535, say),
);

/** The keys that hold a timeout. */
export const TIMEOUTS = ['connectionTimeout', 'greetingTimeout', 'socketTimeout', 'dnsTimeout'] as const;

/** 0 means "not set", as in nodemailer. */
const milliseconds = (name: string, standard: number) =>
  numeric(
    (input) => `${name} must be a number of milliseconds, such as ${standard}, not ${quote(input)}`,
    (say) => z.number(say).min(0, say),
  )
    .optional()
    .transform((value) => Math.min(value || standard, LONGEST_TIMER_MS));

const count = (name: string) =>
  numeric(
    (input) => `${name} must be a whole number of 1 or more, not ${quote(input)}`,
    (say) => z.int(say).min(1, say),
  ).optional();

const flag = (name: string) => z.boolean(`${name} must be true or false`).optional();

const dkimShape = z.object(
  {
    domainName: requiredText('dkim.domainName', 'the signing domain'),
    keySelector: requiredText('dkim.keySelector', 'the selector of the DNS record'),
    privateKey: requiredText('dkim.privateKey', 'the private key (PEM)').transform((key) =>
      key.replaceAll('\\n', '\n'),
    ),
    headerFieldNames: z
      .string('dkim.headerFieldNames must be a string of names separated by colons')
      .optional(),
    skipFields: z.string('dkim.skipFields must be a string of names separated by colons').optional(),
  },
  'dkim must be an object with domainName, keySelector, and privateKey',
);

/** The keys of `dkim`, to find misspelled ones. */
export const DKIM_KEYS = Object.keys(dkimShape.shape);

/** Environment variables often contain PEM on a single line, with line breaks written as `\\n`. */
const withLineBreaks = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withLineBreaks);
  return typeof value === 'string' && value.includes('-----BEGIN ') ? value.replaceAll('\\n', '\n') : value;
};

function readPem(tls: Record<string, unknown>): Record<string, unknown> {
  const pem = ['ca', 'cert', 'key'].filter((option) => option in tls);
  return { ...tls, ...Object.fromEntries(pem.map((option) => [option, withLineBreaks(tls[option])])) };
}

const TLS_SECRETS = ['key', 'passphrase', 'pfx', 'pskCallback', 'ticketKeys', 'session'];

/** The name of this machine. */
export const ehloName = (key: string) =>
  z
    .string(`${key} must be a string: set it to a host name`)
    .regex(/^[^\s\p{C}]*$/u, `${key} is sent in EHLO and must be a host name without spaces`)
    .optional();

/** The server settings. `parseSmtpConfig` also reads `url`, and treats `null` and `''` as "not set". */
export const smtpConfigSchema = z.object({
  host: optionalText('host', 'the name of your SMTP server, such as "smtp.example.com"').refine(
    // The value is never shown, because a URL can contain a password. No IPv6 address has a single colon.
    (host) => host === undefined || !/[\s/@?#\\]|^[^:]*:[^:]*$/.test(host),
    'host must be a host name only, such as "smtp.example.com": use port for the port, or url for a complete URL',
  ),
  port: port.optional(),
  service: optionalText('service', 'the name of a well-known service, such as "SendGrid"'),
  auth: smtpAuthSchema,
  authMethod: z
    .string(AUTH_METHOD_RULE)
    .toUpperCase()
    .pipe(z.enum(AUTH_METHODS, AUTH_METHOD_RULE))
    .optional(),
  secure: flag('secure'),
  tls: z
    .record(z.string(), z.unknown(), "tls must be an object with options of Node's tls.connect")
    // Freeze only the object itself: certificates and secure contexts in it belong to the caller.
    .overwrite((tls) => Object.freeze(hideOnInspect(readPem(tls), TLS_SECRETS)))
    .optional(),
  servername: optionalText('servername', "the host name in the server's certificate"),
  ignoreTLS: flag('ignoreTLS'),
  requireTLS: flag('requireTLS'),
  name: ehloName('name'),
  localAddress: optionalText('localAddress', 'an IP address of this machine'),
  connectionTimeout: milliseconds('connectionTimeout', 120_000),
  greetingTimeout: milliseconds('greetingTimeout', 30_000),
  socketTimeout: milliseconds('socketTimeout', 600_000),
  dnsTimeout: milliseconds('dnsTimeout', 30_000),
  logger: flag('logger'),
  debug: flag('debug'),
  disableFileAccess: flag('disableFileAccess').default(true),
  disableUrlAccess: flag('disableUrlAccess').default(true),
  dkim: dkimShape.transform((dkim) => hideOnInspect(dkim, ['privateKey'])).optional(),
  envelopeFrom: z
    .string('envelopeFrom must be a string: set it to the address that receives bounces')
    .refine((text) => readMailbox(text).ok, 'envelopeFrom must be one address, such as bounces@example.com')
    .overwrite((text) => {
      const mailbox = readMailbox(text);
      return mailbox.ok ? mailbox.value.address : text;
    })
    .optional(),
  pool: flag('pool'),
  maxConnections: count('maxConnections'),
  maxMessages: count('maxMessages'),
  idleTimeout: count('idleTimeout'),
});
