import { testEmail } from '@postern/testing';
import { expect, test } from 'vitest';
import { startWorld } from '../fixtures/api-world.js';
import { createMicrosoftGraphTransport, type MicrosoftGraphMailbox } from './microsoft-graph.js';

const getAccessToken = async () => ({ token: 'token', expiresAt: Date.UTC(2100, 0) });
const withMailbox = (mailbox: MicrosoftGraphMailbox) => ({
  create: (options: Parameters<typeof createMicrosoftGraphTransport>[1]) =>
    createMicrosoftGraphTransport({ getAccessToken, ...mailbox }, options),
});

const email = testEmail({
  replyTo: [{ name: 'Help', address: 'help@example.com' }],
  headers: {
    'Auto-Submitted': 'auto-generated',
    'X-A': '1',
    'X-B': '2',
    'X-C': '3',
    'X-D': '4',
    'X-E': '5',
    'X-F': '6',
  },
});

test('stores no email in Sent Items if saveToSentItems is false, and keeps what JSON can express', async () => {
  const { trap, transport } = await startWorld(withMailbox({ saveToSentItems: false }));
  await transport.send(email);
  expect(JSON.parse(trap.requests[0]?.body ?? '')).toMatchObject({ saveToSentItems: false });
  expect(trap.inbox.messages).toMatchObject([
    {
      from: email.from,
      replyTo: email.replyTo,
      subject: email.subject,
      html: email.html,
      text: '',
      messageId: email.messageId,
      headers: { 'x-a': '1', 'x-b': '2', 'x-c': '3', 'x-d': '4', 'x-e': '5' },
    },
  ]);
});

test('sends from the mailbox of fromEmail, or from sender', async () => {
  const fromEmail = 'noreply@example.com';
  const { trap, transport } = await startWorld(withMailbox({}), { fromEmail });
  await transport.send(email);
  await transport.verify();
  const other = await startWorld(withMailbox({ sender: 'system/mail@example.com' }), { fromEmail });
  await other.transport.send(email);
  await other.transport.verify();
  expect([...trap.requests, ...other.trap.requests].map(({ path }) => path)).toEqual([
    '/v1.0/users/noreply%40example.com/sendMail',
    '/v1.0/users/noreply%40example.com?$select=id',
    '/v1.0/users/system%2Fmail%40example.com/sendMail',
    '/v1.0/users/system%2Fmail%40example.com?$select=id',
  ]);
});

test('accepts an application that may only send', async () => {
  const { trap, transport } = await startWorld(withMailbox({}));
  const body = { error: { code: 'Authorization_RequestDenied', message: 'Insufficient privileges.' } };
  trap.fault({ at: 'verify', kind: 'response', status: 403, body });
  await expect(transport.verify()).resolves.toBeUndefined();
});
