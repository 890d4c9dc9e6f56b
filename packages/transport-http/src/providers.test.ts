import { ConfigError, type Transport } from '@postern/core';
import { testEmail } from '@postern/testing';
import { describe, expect, test } from 'vitest';
import { failureOf, startWorld } from '../fixtures/api-world.js';
import { PROVIDER_CASES } from '../fixtures/provider-cases.js';
import type { ApiTransportOptions } from './api/api-transport-options.js';
import { createBrevoTransport } from './brevo.js';
import { createMailgunTransport } from './mailgun.js';
import { createMailjetTransport } from './mailjet.js';
import { createPostmarkTransport } from './postmark.js';
import { createResendTransport } from './resend.js';
import { createSendGridTransport } from './sendgrid.js';
import { createZeptoMailTransport } from './zeptomail.js';

type Create = (options?: ApiTransportOptions) => Transport;

test.each<[url: string, create: Create]>([
  ['https://api.brevo.com/v3/smtp/email', (options) => createBrevoTransport({ apiKey: 'k' }, options)],
  [
    'https://api.mailgun.net/v3/mg.example.com/messages',
    (options) => createMailgunTransport({ apiKey: 'k', domain: 'mg.example.com' }, options),
  ],
  [
    'https://api.eu.mailgun.net/v3/mg.example.com/messages',
    (options) => createMailgunTransport({ apiKey: 'k', domain: 'mg.example.com', region: 'eu' }, options),
  ],
  [
    'https://api.mailjet.com/v3.1/send',
    (options) => createMailjetTransport({ apiKey: 'k', secretKey: 's' }, options),
  ],
  [
    'https://api.us.mailjet.com/v3.1/send',
    (options) => createMailjetTransport({ apiKey: 'k', secretKey: 's', region: 'us' }, options),
  ],
  ['https://api.postmarkapp.com/email', (options) => createPostmarkTransport({ serverToken: 't' }, options)],
  ['https://api.resend.com/emails', (options) => createResendTransport({ apiKey: 'k' }, options)],
  ['https://api.sendgrid.com/v3/mail/send', (options) => createSendGridTransport({ apiKey: 'k' }, options)],
  [
    'https://api.eu.sendgrid.com/v3/mail/send',
    (options) => createSendGridTransport({ apiKey: 'k', region: 'eu' }, options),
  ],
  ['https://api.zeptomail.com/v1.1/email', (options) => createZeptoMailTransport({ token: 't' }, options)],
  [
    'https://api.zeptomail.com.au/v1.1/email',
    (options) => createZeptoMailTransport({ token: 't', region: 'com.au' }, options),
  ],
])('sends to %s', async (url, create) => {
  const requests: { url: unknown; redirect: unknown }[] = [];
  const transport = create({
    fetch: async (input, init) => {
      requests.push({ url: input, redirect: init?.redirect });
      return new Response('', { status: 503 });
    },
  });
  await failureOf(transport.send(testEmail()));
  // A redirect could send the credentials to another host.
  expect(requests).toEqual([{ url, redirect: 'manual' }]);
});

describe.each(PROVIDER_CASES)('$name', ({ create }) => {
  test.each([
    ['a misspelled name', { timeout: 1 }],
    ['a URL without TLS', { baseUrl: 'http://api.example.com' }],
    ['a URL with a query', { baseUrl: 'https://api.example.com/?key=1' }],
    ['a URL with a fragment', { baseUrl: 'https://api.example.com/#v1' }],
    ['a sender that is not an address', { fromEmail: 'noreply' }],
    ['a timeout of zero', { timeoutMs: 0 }],
  ])('rejects an option with %s', (_, options) => {
    expect(() => create(options as ApiTransportOptions)).toThrow(ConfigError);
  });
});

test.each([
  ['an empty API key', () => createResendTransport({ apiKey: '' })],
  ['an API key with a line break', () => createSendGridTransport({ apiKey: 'SG.secret\n' })],
  ['a token with another scheme', () => createZeptoMailTransport({ token: 'Bearer secret' })],
  ['a domain with a path', () => createMailgunTransport({ apiKey: 'k', domain: 'example.com/../x' })],
  ['an unknown region', () => createMailjetTransport({ apiKey: 'k', secretKey: 's', region: 'eu' as 'us' })],
])('rejects %s, and does not show it', (_, create) => {
  expect(create).toThrow(ConfigError);
  expect(create).not.toThrow(/secret/);
});

test('Brevo: a key that was already used means that the email was accepted', async () => {
  const { trap, transport } = await startWorld({
    create: (options) => createBrevoTransport({ apiKey: 'k' }, options),
  });
  const body = { code: 'duplicate_request', message: 'A message.' };
  trap.fault({ kind: 'response', status: 400, body });
  await expect(transport.send(testEmail())).resolves.toMatchObject({ response: '400 accepted before' });
});

test.each([
  [400, 'resolves'],
  [401, 'rejects'],
])(
  'Mailgun: verify with a sending key, which cannot read the domain, and a response of %i',
  async (status, outcome) => {
    const { trap, transport } = await startWorld({
      create: (options) => createMailgunTransport({ apiKey: 'k', domain: 'example.com' }, options),
    });
    trap.fault({ at: 'verify', kind: 'unauthorized', times: 1 });
    trap.fault({ at: 'verify', kind: 'response', status, body: { message: 'A message.' } });
    const verified = await transport.verify().then(
      () => 'resolves',
      () => 'rejects',
    );
    expect(verified).toBe(outcome);
    expect(trap.requests.map(({ method }) => method)).toEqual(['GET', 'POST']);
    expect(trap.inbox.messages).toEqual([]);
  },
);

test('Brevo: verify reports that it cannot list the senders', async () => {
  const { trap, transport } = await startWorld(
    { create: (options) => createBrevoTransport({ apiKey: 'k' }, options) },
    { fromEmail: 'noreply@example.com' },
  );
  trap.fault({ at: 'verify', kind: 'response', status: 200, body: { domains: [] }, times: 1 });
  trap.fault({ at: 'verify', kind: 'response', status: 503, body: '' });
  expect(await failureOf(transport.verify())).toMatchObject({ code: 'connection_failed', retryable: true });
});

test('Resend: each email has its own idempotency key, for any Message-ID', async () => {
  const long = 'a'.repeat(300);
  const ids = [
    '<1@example.com>',
    '<1@почта.рф>',
    '<2@почта.рф>',
    '<é@example.com>',
    `<${long}1@x>`,
    `<${long}2@x>`,
  ];
  const keys: string[] = [];
  const transport = createResendTransport(
    { apiKey: 'k' },
    {
      fetch: async (url, init) => {
        keys.push(new Request(url, init).headers.get('Idempotency-Key') ?? '');
        return Response.json({ id: '1' });
      },
    },
  );
  for (const messageId of [...ids, ...ids]) await transport.send(testEmail({ messageId }));
  expect(keys.slice(0, ids.length)).toEqual(keys.slice(ids.length));
  expect(new Set(keys).size).toBe(ids.length);
  for (const key of keys) expect(key).toMatch(/^[\x21-\x7e]{1,256}$/);
});

test('Resend: verify accepts an API key that may only send', async () => {
  const { trap, transport } = await startWorld({
    create: (options) => createResendTransport({ apiKey: 'k' }, options),
  });
  const body = { statusCode: 401, name: 'restricted_api_key', message: 'A message.' };
  trap.fault({ at: 'verify', kind: 'response', status: 401, body });
  await expect(transport.verify()).resolves.toBeUndefined();
});
