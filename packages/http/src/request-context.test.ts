import { createMailer } from '@postern/core';
import { createMemoryTransport } from '@postern/testing';
import { createVerification, memoryStore } from '@postern/verification';
import { expect, test } from 'vitest';
import { createFetchHandler } from './index.js';

const content =
  '{{#if request}}{{request.device}}, {{request.ip}}, {{request.timestamp}}{{else}}none{{/if}}|' +
  '{{#if code}}{{code}}{{/if}}{{#if link}}{{link}}{{/if}}';
const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Gecko/20100101 Firefox/140.0';
const time = '2030-11-28T19:26:00.000Z';

function open() {
  const transport = createMemoryTransport();
  const templates = ['SignIn', 'NewSignIn'].map((usageType) => ({
    ...{ usageType, contentType: 'text/plain' as const, subject: 'Hello', content },
  }));
  const mailer = createMailer({ config: { fromEmail: 'noreply@example.com', templates }, transport });
  const handle = createFetchHandler({
    mailer,
    verification: createVerification({
      ...{ mailer, store: memoryStore(), linkUrl: 'https://app.example.com/{token}' },
      keys: [{ id: 'test', secret: 's'.repeat(32) }],
    }),
    verificationTypes: ['SignIn'],
    authorize: () => true,
    requestContext: (request) => ({
      ...{ userAgent: request.header('user-agent'), ip: request.clientAddress, time: new Date(time) },
    }),
  });
  const post = (path: string, body: object) =>
    handle(
      new Request(`https://app.example.com${path}`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'Content-Type': 'application/json', 'User-Agent': FIREFOX },
      }),
      { clientAddress: '203.0.113.7' },
    );
  return { post, sent: () => transport.emails.map(({ text }) => text.split('|')[0]) };
}

test.each(['/verification-codes', '/links'])('emails of %s show the request for them', async (path) => {
  const { post, sent } = open();
  expect((await post(path, { email: 'ada@example.com', type: 'SignIn' })).status).toBe(204);
  expect(sent()).toEqual([`Firefox on Windows, 203.0.113.7, ${time}`]);
});

test('a message has its own context, not that of the service that sends it', async () => {
  const { post, sent } = open();
  const message = { to: 'ada@example.com', type: 'NewSignIn', payload: {} };
  const requestContext = { device: 'Pixel 9', ip: '198.51.100.1', time };
  expect((await post('/messages', { ...message, requestContext })).status).toBe(200);
  expect((await post('/messages', message)).status).toBe(200);
  expect(sent()).toEqual([`Pixel 9, 198.51.100.1, ${time}`, 'none']);
});

test.each([
  [{ time: 'yesterday' }, '/requestContext/time'],
  [{ userAgent: 5 }, '/requestContext/userAgent'],
  [{ place: 'x'.repeat(2001) }, '/requestContext/place'],
])('the context %.40j is refused', async (requestContext, path) => {
  const { post, sent } = open();
  const message = { to: 'ada@example.com', type: 'NewSignIn', payload: {}, requestContext };
  const response = await post('/messages', message);
  expect(response.status).toBe(400);
  expect(JSON.stringify(await response.json())).toContain(path);
  expect(sent()).toEqual([]);
});
