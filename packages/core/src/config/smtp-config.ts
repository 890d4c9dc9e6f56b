import { z } from 'zod';
import { quote } from '../quote.js';
import { hideOnInspect } from '../secrets.js';
import { smtpAuthSchema } from './smtp-auth.js';

type Say = { error: (issue: { input?: unknown }) => string };

/** A number, or digits. Every check says the same: a union passes on what its only likely side says. */
function numeric(message: (input: unknown) => string, range: (number: z.ZodNumber, say: Say) => z.ZodNumber) {
  const say: Say = { error: ({ input }) => message(input) };
  const number = range(z.number(say), say);
  return z.union([number, z.string().regex(/^\d+$/).transform(Number).pipe(number)], say);
}

const port = numeric(
  (input) =>
    input === undefined
      ? 'port is missing: write the port of your SMTP server, usually 587 or 465'
      : `port has to be a number from 1 to 65535, not ${quote(input)}`,
  (number, say) => number.int(say).min(1, say).max(65_535, say),
);

/** What Node's timers can count; more would fire at once. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/** 0 means "not set", as it does to nodemailer. */
const milliseconds = (name: string, standard: number) =>
  numeric(
    (input) => `${name} has to be a number of milliseconds, such as ${standard}, not ${quote(input)}`,
    (number, say) => number.min(0, say),
  )
    .optional()
    .transform((value) => Math.min(value || standard, LONGEST_TIMEOUT));

const count = (name: string) =>
  numeric(
    (input) => `${name} has to be a whole number from 1 up, not ${quote(input)}`,
    (number, say) => number.int(say).min(1, say),
  ).optional();

const flag = (name: string) => z.boolean(`${name} has to be true or false`).optional();
const text = (name: string, what: string) => z.string(`${name} has to be text: write ${what}`).optional();

const dkimText = (name: string, what: string) =>
  z.string({
    error: ({ input }) =>
      `dkim.${name} ${input === undefined ? 'is missing' : 'has to be text'}: write ${what}`,
  });

const dkimSchema = z
  .object(
    {
      domainName: dkimText('domainName', 'the domain that signs'),
      keySelector: dkimText('keySelector', 'the selector of the DNS record'),
      privateKey: dkimText('privateKey', 'the private key (PEM)').transform((key) =>
        key.replaceAll('\\n', '\n'),
      ),
      headerFieldNames: z
        .string('dkim.headerFieldNames has to be text, names separated by colons')
        .optional(),
      skipFields: z.string('dkim.skipFields has to be text, names separated by colons').optional(),
    },
    'dkim has to be an object with domainName, keySelector and privateKey',
  )
  .transform((dkim) => hideOnInspect(dkim, ['privateKey']));

/** The keys of `dkim`, for spotting misspelt ones. */
export const DKIM_KEYS = Object.keys(dkimSchema.in.shape);

const TLS_SECRETS = ['key', 'passphrase', 'pfx', 'pskCallback', 'ticketKeys', 'session'];

/** How to reach the SMTP server and log in: nodemailer's options, one name each. */
export const smtpConfigShape = z.object({
  /** Host name or IP address of the SMTP server. */
  host: text('host', 'the name of your SMTP server, such as "smtp.example.com"').refine(
    // Never shown: in a URL there may be a password. A single colon is in no IPv6 address.
    (host) => host === undefined || !/[\s/@?#\\]|^[^:]*:[^:]*$/.test(host),
    'host has to be a host name alone, such as "smtp.example.com": the port goes into port, a whole URL into url',
  ),
  port: port.optional(),
  /** A name of nodemailer's list of well-known services, in place of host and port. */
  service: text('service', 'the name of a well-known service, such as "SendGrid"'),
  auth: smtpAuthSchema,
  /** TLS from the first byte. @default true on port 465, else false (STARTTLS where offered) */
  secure: flag('secure'),
  /** Options of Node's `tls.connect`, such as `ca` or `minVersion`. */
  tls: z
    .record(z.string(), z.unknown(), 'tls has to be an object with options of Node’s tls.connect')
    // Frozen here, and not what is in it: a certificate or a secure context belongs to the caller.
    .overwrite((tls) => Object.freeze(hideOnInspect({ ...tls }, TLS_SECRETS)))
    .optional(),
  /** The name to expect in the certificate, and to ask for (SNI). @default host */
  servername: text('servername', 'the host name in the server’s certificate'),
  /** Never use STARTTLS, even where it is offered: everything goes in plain text. */
  ignoreTLS: flag('ignoreTLS'),
  /** Refuse to send without STARTTLS. */
  requireTLS: flag('requireTLS'),
  /** What this machine calls itself in EHLO. @default its host name */
  name: z
    .string('name has to be text: write a host name')
    .regex(/^[^\s\p{C}]*$/u, 'name is sent in EHLO and has to be a host name, without spaces')
    .optional(),
  /** The local address to send from. */
  localAddress: text('localAddress', 'an IP address of this machine'),
  /** From looking up the host to a session that is logged in. @default 2 minutes */
  connectionTimeout: milliseconds('connectionTimeout', 120_000),
  /** How long to wait for the server's greeting. @default 30 seconds */
  greetingTimeout: milliseconds('greetingTimeout', 30_000),
  /** How long to wait for each reply after that. @default 10 minutes */
  socketTimeout: milliseconds('socketTimeout', 600_000),
  /** How long to wait for DNS. @default 30 seconds */
  dnsTimeout: milliseconds('dnsTimeout', 30_000),
  /** Log what happens, as structured lines without secrets. */
  logger: flag('logger'),
  /** Log the SMTP dialogue too. */
  debug: flag('debug'),
  /** Attachments and content never come from files. @default true */
  disableFileAccess: flag('disableFileAccess').default(true),
  /** Attachments and content never come from URLs. @default true */
  disableUrlAccess: flag('disableUrlAccess').default(true),
  /** Sign every email (RFC 6376). */
  dkim: dkimSchema.optional(),
  /** The sender of the envelope, where bounces go. @default the address of fromEmail */
  envelopeFrom: text('envelopeFrom', 'the address that bounces go to'),
  /** Connections are always pooled; `false` has no effect. */
  pool: flag('pool'),
  /** @default 5 */
  maxConnections: count('maxConnections'),
  /** Emails per connection before it is replaced. @default 100 */
  maxMessages: count('maxMessages'),
  /** Close a connection after this long without an email, in milliseconds. @default 60 seconds */
  idleTimeout: count('idleTimeout'),
});

export type SmtpConfig = z.output<typeof smtpConfigShape>;
