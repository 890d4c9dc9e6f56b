import * as z from 'zod';
import { readMailbox } from '../mailbox.js';
import { quote } from '../quote.js';
import { hideOnInspect } from '../secrets.js';
import { optionalText, requiredText } from '../text-schema.js';
import { type SmtpAuth, smtpAuthSchema } from './smtp-auth.js';

/**
 * How to reach the SMTP server and log in: nodemailer's options, one name each. What is written here about a key is also its
 * description in `connectorConfigJsonSchema`.
 */
export interface SmtpConfig {
  /**
   * Host name or IP address of the SMTP server.
   * @example "smtp.example.com"
   */
  host?: string | undefined;
  /**
   * Port of the SMTP server: 465 for TLS from the first byte, 587 for STARTTLS.
   * @example 465
   * @example 587
   */
  port?: number | undefined;
  /**
   * A name of nodemailer's list of well-known services, in place of host and port.
   * @example "SendGrid"
   */
  service?: string | undefined;
  /** How to log in. Leave it out if the server needs no login. */
  auth: SmtpAuth;
  /**
   * The login mechanism: PLAIN, LOGIN or CRAM-MD5 with a password, XOAUTH2 with a token.
   * @default the first that the server offers and accepts
   * @example "LOGIN"
   */
  authMethod?: 'PLAIN' | 'LOGIN' | 'CRAM-MD5' | 'XOAUTH2' | undefined;
  /** TLS from the first byte. @default true on port 465, else false (STARTTLS where the server offers it) */
  secure?: boolean | undefined;
  /** Options of Node’s tls.connect, such as ca or minVersion. */
  tls?: Record<string, unknown> | undefined;
  /** The host name to expect in the certificate, and to ask for (SNI). @default host */
  servername?: string | undefined;
  /** Never use STARTTLS, even where it is offered: everything goes in plain text. @default false */
  ignoreTLS?: boolean | undefined;
  /** Refuse to send without STARTTLS. @default false */
  requireTLS?: boolean | undefined;
  /** The name of this machine in EHLO, in ASCII. @default its host name */
  name?: string | undefined;
  /** The IP address of this machine to send from. */
  localAddress?: string | undefined;
  /** From looking up the host to a session that is logged in, in milliseconds. @default 120,000 */
  connectionTimeout: number;
  /** How long to wait for the server's greeting, in milliseconds. @default 30,000 */
  greetingTimeout: number;
  /** How long to wait for each reply after that, in milliseconds. @default 600,000 */
  socketTimeout: number;
  /** How long to wait for DNS, in milliseconds. @default 30,000 */
  dnsTimeout: number;
  /** Log what happens, as structured lines without secrets. @default false */
  logger?: boolean | undefined;
  /** Log the SMTP dialogue too, without secrets. @default false */
  debug?: boolean | undefined;
  /** Attachments and content never come from files. @default true */
  disableFileAccess: boolean;
  /** Attachments and content never come from URLs. @default true */
  disableUrlAccess: boolean;
  /** Sign every email (RFC 6376). */
  dkim?: DkimConfig | undefined;
  /** The sender of the envelope, where bounces go. @default the address of fromEmail */
  envelopeFrom?: string | undefined;
  /** Connections are always pooled; `false` has no effect. @default true */
  pool?: boolean | undefined;
  /** How many connections may be open at once; fewer with providers that allow fewer. @default 50 */
  maxConnections?: number | undefined;
  /** Emails per connection before it is replaced. @default 100 */
  maxMessages?: number | undefined;
  /** Close a connection after this long without an email, in milliseconds. @default 60,000 */
  idleTimeout?: number | undefined;
}

const AUTH_METHODS = ['PLAIN', 'LOGIN', 'CRAM-MD5', 'XOAUTH2'] as const;
const AUTH_METHOD_RULE = `authMethod must be one of ${AUTH_METHODS.join(', ')}`;

interface DkimConfig {
  /** The domain that signs. */
  domainName: string;
  /** The selector of the DNS record. */
  keySelector: string;
  /** The private key: RSA, PEM. */
  privateKey: string;
  /** The fields to sign, separated by colons. */
  headerFieldNames?: string | undefined;
  /** The fields not to sign, separated by colons. */
  skipFields?: string | undefined;
}

type Say = { error: (issue: { input?: unknown }) => string };

/** A number, or digits. Every check says the same: a union passes on what its only likely side says. */
function numeric(message: (input: unknown) => string, range: (say: Say) => z.ZodNumber) {
  const say: Say = { error: ({ input }) => message(input) };
  const number = range(say);
  const digits = z.string().regex(/^\d+$/).transform(Number);
  return z.union([number, digits.pipe(number)], say);
}

const port = numeric(
  (input) =>
    input === undefined
      ? 'port is missing: write the port of your SMTP server, usually 587 or 465'
      : `port has to be a number from 1 to 65535, not ${quote(input)}`,
  (say) => z.int(say).min(1, say).max(65_535, say),
);

/** What Node's timers can count; more would fire at once. */
export const LONGEST_TIMEOUT = 2 ** 31 - 1;

/** The keys that hold a timeout. */
export const TIMEOUTS = ['connectionTimeout', 'greetingTimeout', 'socketTimeout', 'dnsTimeout'] as const;

/** 0 means "not set", as it does to nodemailer. */
const milliseconds = (name: string, standard: number) =>
  numeric(
    (input) => `${name} has to be a number of milliseconds, such as ${standard}, not ${quote(input)}`,
    (say) => z.number(say).min(0, say),
  )
    .optional()
    .transform((value) => Math.min(value || standard, LONGEST_TIMEOUT));

const count = (name: string) =>
  numeric(
    (input) => `${name} has to be a whole number from 1 up, not ${quote(input)}`,
    (say) => z.int(say).min(1, say),
  ).optional();

const flag = (name: string) => z.boolean(`${name} must be true or false`).optional();

const dkimShape = z.object(
  {
    domainName: requiredText('dkim.domainName', 'the domain that signs'),
    keySelector: requiredText('dkim.keySelector', 'the selector of the DNS record'),
    privateKey: requiredText('dkim.privateKey', 'the private key (PEM)').transform((key) =>
      key.replaceAll('\\n', '\n'),
    ),
    headerFieldNames: z.string('dkim.headerFieldNames has to be text, names separated by colons').optional(),
    skipFields: z.string('dkim.skipFields has to be text, names separated by colons').optional(),
  },
  'dkim has to be an object with domainName, keySelector and privateKey',
);

/** The keys of `dkim`, for spotting misspelt ones. */
export const DKIM_KEYS = Object.keys(dkimShape.shape);

/** Environment variables often hold PEM on a single line, with line breaks written `\\n`. */
const withLineBreaks = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withLineBreaks);
  return typeof value === 'string' && value.includes('-----BEGIN ') ? value.replaceAll('\\n', '\n') : value;
};

function readPem(tls: Record<string, unknown>): Record<string, unknown> {
  const pem = ['ca', 'cert', 'key'].filter((option) => option in tls);
  return { ...tls, ...Object.fromEntries(pem.map((option) => [option, withLineBreaks(tls[option])])) };
}

const TLS_SECRETS = ['key', 'passphrase', 'pfx', 'pskCallback', 'ticketKeys', 'session'];

/** The keys that reach the server. `parseSmtpConfig` also reads `url`, and takes `null` and `''` for "not set". */
export const smtpConfigSchema = z.object({
  host: optionalText('host', 'the name of your SMTP server, such as "smtp.example.com"').refine(
    // Never shown: in a URL there may be a password. A single colon is in no IPv6 address.
    (host) => host === undefined || !/[\s/@?#\\]|^[^:]*:[^:]*$/.test(host),
    'host has to be a host name alone, such as "smtp.example.com": the port goes into port, a whole URL into url',
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
    .record(z.string(), z.unknown(), 'tls has to be an object with options of Node’s tls.connect')
    // Frozen here, and not what is in it: a certificate or a secure context belongs to the caller.
    .overwrite((tls) => Object.freeze(hideOnInspect(readPem(tls), TLS_SECRETS)))
    .optional(),
  servername: optionalText('servername', 'the host name in the server’s certificate'),
  ignoreTLS: flag('ignoreTLS'),
  requireTLS: flag('requireTLS'),
  name: z
    .string('name has to be text: write a host name')
    .regex(/^[^\s\p{C}]*$/u, 'name is sent in EHLO and has to be a host name, without spaces')
    .optional(),
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
    .string('envelopeFrom has to be text: write the address that bounces go to')
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
