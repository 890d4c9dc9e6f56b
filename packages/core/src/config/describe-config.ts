import * as z from 'zod';
import { REQUIRED_USAGE_TYPES } from '../payload.js';
import type { templateSchema } from '../template/template.js';
import { connectorConfigShape } from './connector-config.js';

type JsonSchema = Readonly<Record<string, unknown>>;

/** In any letter case, as it is read. */
const word = (text: string) => ({
  type: 'string',
  pattern: `^${text.replace(/[a-z]/g, (char) => `[${char}${char.toUpperCase()}]`)}$`,
  examples: [text],
});
const text = (description: string) => ({ type: 'string', description });

const ACCESS_URL: JsonSchema = {
  type: 'string',
  pattern: '^https?://',
  description: 'Where access tokens come from, if not from Google.',
  examples: ['https://oauth2.googleapis.com/token'],
};

/** The kinds of auth, told apart by what each requires. */
const AUTH: JsonSchema = {
  description: 'How to log in. Leave it out if the server needs no login.',
  anyOf: [
    {
      title: 'No login',
      type: 'object',
      properties: { type: word('login') },
      additionalProperties: false,
    },
    {
      title: 'User name and password',
      type: 'object',
      properties: {
        type: word('login'),
        user: text('The user name of your SMTP account.'),
        pass: text('The password that belongs to it.'),
      },
      required: ['user', 'pass'],
    },
    {
      title: 'OAuth2 with the key of a service account',
      type: 'object',
      properties: {
        type: word('oauth2'),
        user: text('The address of the mailbox that sends.'),
        serviceClient: text('The client id of the service account.'),
        privateKey: {
          description: 'The private key of the service account (PEM).',
          anyOf: [
            { type: 'string' },
            {
              type: 'object',
              properties: { key: { type: 'string' }, passphrase: { type: 'string' } },
              required: ['key', 'passphrase'],
            },
          ],
        },
        accessUrl: ACCESS_URL,
      },
      required: ['user', 'serviceClient', 'privateKey'],
    },
    {
      title: 'OAuth2 with a refresh token, or a ready access token',
      type: 'object',
      properties: {
        type: word('oauth2'),
        user: text('The address of the mailbox that sends.'),
        clientId: text('The client id of your application.'),
        clientSecret: text('The client secret of your application.'),
        refreshToken: text('Gets a new access token whenever the last one has expired.'),
        accessToken: text('An access token that is valid now.'),
        expires: {
          type: 'number',
          description: 'When the access token expires, in milliseconds since 1970.',
        },
        accessUrl: ACCESS_URL,
      },
      required: ['user'],
      anyOf: [{ required: ['refreshToken'] }, { required: ['accessToken'] }],
    },
  ],
};

/** Laid over what the zod schemas say by themselves. A key without an entry does not compile. */
const KEYS: Readonly<Record<keyof typeof connectorConfigShape.shape, JsonSchema>> = {
  host: { description: 'Host name or IP address of the SMTP server.', examples: ['smtp.example.com'] },
  port: {
    description: 'Port of the SMTP server: 465 for TLS from the first byte, 587 for STARTTLS.',
    examples: [465, 587],
  },
  service: { description: 'A well-known service in place of host and port.', examples: ['SendGrid'] },
  auth: AUTH,
  secure: { description: 'TLS from the first byte. Without it: true on port 465, else false (STARTTLS).' },
  tls: { description: 'Options of Node’s tls.connect, such as ca or minVersion.' },
  servername: { description: 'The host name to expect in the certificate, where it is not host.' },
  ignoreTLS: {
    description: 'Never use STARTTLS, even where it is offered: everything goes in plain text.',
    default: false,
  },
  requireTLS: { description: 'Refuse to send without STARTTLS.', default: false },
  name: { description: 'What this machine calls itself in EHLO, where that is not its host name. ASCII.' },
  localAddress: { description: 'The IP address of this machine to send from.' },
  connectionTimeout: {
    description: 'Milliseconds from looking up the host to a session that is logged in.',
    default: 120_000,
  },
  greetingTimeout: { description: 'Milliseconds to wait for the server’s greeting.', default: 30_000 },
  socketTimeout: { description: 'Milliseconds to wait for each reply after that.', default: 600_000 },
  dnsTimeout: { description: 'Milliseconds to wait for DNS.', default: 30_000 },
  logger: { description: 'Log what happens, without secrets.', default: false },
  debug: { description: 'Log the SMTP dialogue too, without secrets.', default: false },
  disableFileAccess: { description: 'Nothing in an email comes from a file.', default: true },
  disableUrlAccess: { description: 'Nothing in an email comes from a URL.', default: true },
  dkim: { description: 'Sign every email (RFC 6376).' },
  envelopeFrom: { description: 'The address that bounces go to, where it is not that of fromEmail.' },
  pool: { description: 'Connections are always pooled; false has no effect.', default: true },
  maxConnections: {
    description: 'Connections at the same time, at most; fewer with providers that allow fewer.',
    default: 50,
  },
  maxMessages: { description: 'Emails over one connection before it is replaced.', default: 100 },
  idleTimeout: {
    description: 'Milliseconds without an email before a connection is closed.',
    default: 60_000,
  },
  fromEmail: {
    description: 'The sender of every email: an address, or a name and an address.',
    examples: ['Example <noreply@example.com>'],
  },
  replyTo: { description: 'Where answers go, if not to the sender; several are separated by commas.' },
  defaultLocale: {
    description: 'The language when a request names none, or none that there is a template for (BCP 47).',
    examples: ['en', 'pt-BR'],
  },
  templates: {
    description: `The emails, one for each usage type and language. Required are ${REQUIRED_USAGE_TYPES.join(', ')}.`,
    allOf: REQUIRED_USAGE_TYPES.map((usageType) => ({
      contains: { type: 'object', properties: { usageType: { const: usageType } }, required: ['usageType'] },
    })),
  },
  linkSchemes: {
    description: 'Schemes that links in payloads may have along with https and http, for deep links.',
    examples: [['myapp']],
  },
  customHeaders: { description: 'Further header fields of every email.' },
};

const TEMPLATE_KEYS: Readonly<Record<keyof typeof templateSchema.shape, JsonSchema>> = {
  usageType: {
    description: 'The kind of email it is for: one of Logto’s, or one of your own.',
    examples: [...REQUIRED_USAGE_TYPES, 'OrganizationInvitation', 'MfaVerification'],
  },
  contentType: { description: 'What the content is written in; in text/html every value is escaped.' },
  subject: { description: 'The subject line; may use variables.' },
  content: { description: 'The body, with {{code}} where the code goes.' },
  locale: {
    description: 'The language it is written in (BCP 47); without it, it is for every language.',
    examples: ['en', 'pt-BR'],
  },
  text: { description: 'The plain-text alternative of an html email; derived from the content without it.' },
  replyTo: { description: 'Replaces the config’s replyTo; may use variables.' },
  sendFrom: {
    description: 'Replaces fromEmail; may use variables.',
    examples: ['{{application.name}} <notice@example.com>'],
  },
};

const URL_KEY: JsonSchema = {
  type: 'string',
  pattern: '^[sS][mM][tT][pP][sS]?://',
  description: 'host, port, secure and auth in one; keys of their own win over it.',
  examples: ['smtps://user:password@smtp.example.com:465'],
};

function describe(
  generated: unknown,
  extras: Readonly<Record<string, JsonSchema>>,
): Record<string, JsonSchema> {
  const schemas = generated as Readonly<Record<string, JsonSchema>>;
  return Object.fromEntries(
    Object.entries(schemas).map(([key, schema]) => [key, { ...schema, ...extras[key] }]),
  );
}

/**
 * What the zod schemas say, and what they can't: the JSON Schema of a config. It is written at the time of development
 * (connector-config.schema.json, by the tests with `-u`), so that neither this nor what it takes of zod is loaded with the
 * package.
 */
export function describeConfig(): JsonSchema {
  const { $schema, properties } = z.toJSONSchema(connectorConfigShape, {
    io: 'input',
    unrepresentable: 'any',
  });
  const described = describe(properties, KEYS);
  const { items } = described.templates as { items: Record<string, unknown> };
  return {
    $schema,
    title: 'Postern connector config',
    description: 'SMTP server, sender and templates of auth mail, in one object.',
    type: 'object',
    properties: {
      url: URL_KEY,
      ...described,
      templates: {
        ...described.templates,
        items: { ...items, properties: describe(items.properties, TEMPLATE_KEYS) },
      },
    },
    required: ['fromEmail', 'templates'],
    anyOf: [{ required: ['host', 'port'] }, { required: ['url'] }, { required: ['service'] }],
  };
}
