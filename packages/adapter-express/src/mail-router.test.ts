import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createMailer } from '@postern/core';
import { describeHttpContract, type HttpHarness } from '@postern/http-contract';
import { createMemoryTransport } from '@postern/testing';
import { createVerification, memoryStore } from '@postern/verification';
import express, { type Express } from 'express';
import { describe, expect, onTestFinished, test } from 'vitest';
import { bearerToken, createMailRouter, type MailRouterOptions } from './index.js';

async function listen(app: Express): Promise<HttpHarness> {
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // listening on TCP
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

describeHttpContract(
  'express',
  async (options) => {
    const { url, close } = await listen(express().use('/mail', createMailRouter(options)));
    return { url: `${url}/mail`, close };
  },
  { describe, expect, test },
);

const SECRET = 'the-secret-of-the-express-tests';

function setUp(options: Partial<MailRouterOptions> = {}) {
  const transport = createMemoryTransport();
  const templates = ['SignIn', 'Generic'].map((usageType) => ({
    ...{ usageType, contentType: 'text/plain' as const, subject: 'Your code', content: '{{code}}' },
  }));
  const mailer = createMailer({ config: { fromEmail: 'noreply@example.com', templates }, transport });
  const verification = createVerification({
    mailer,
    store: memoryStore(),
    keys: [{ id: 'test', secret: 's'.repeat(32) }],
    policy: { perIp: { limit: 1, windowMs: 60_000 } },
  });
  return {
    transport,
    router: createMailRouter({ mailer, verification, authorize: bearerToken(SECRET), ...options }),
  };
}

async function serve(app: Express) {
  const { url, close } = await listen(app);
  onTestFinished(close);
  const send = (path: string, init: RequestInit = {}) =>
    fetch(url + path, { ...init, headers: { Connection: 'close', ...init.headers } });
  const post = (
    path: string,
    body: object | string,
    headers: Record<string, string> = {},
    signal?: AbortSignal,
  ) =>
    send(path, {
      method: 'POST',
      ...(signal && { signal }),
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${SECRET}`, ...headers },
    });
  return { send, post };
}

describe('the router', () => {
  const message = { to: 'ada@example.com', type: 'SignIn', payload: { code: '482913' } };

  test('passes other paths to the next middleware, even at the root', async () => {
    const { router } = setUp();
    const { send } = await serve(
      express()
        .use(router)
        .get('/hello', (_request, response) => void response.end('hi')),
    );
    expect(await (await send('/hello')).text()).toBe('hi');
    expect((await send('/health')).status).toBe(200);
    expect((await send('/nothing')).status).toBe(404);
  });

  test.each([
    ['JSON', express.json()],
    ['raw', express.raw({ type: '*/*' })],
    ['text', express.text({ type: 'text/*' })],
    ['form', express.urlencoded()],
  ])('works after a body parser: %s', async (_name, parser) => {
    const { transport, router } = setUp();
    const { post } = await serve(express().use(parser).use('/mail', router));
    expect((await post('/mail/messages', message)).status).toBe(200);
    expect(transport.inbox.messages).toHaveLength(1);
    expect((await post('/mail/messages', { ...message, to: ['ada@example.com'] })).status).toBe(400);
    expect((await post('/mail/messages', { ...message, to: 'x'.repeat(70_000) })).status).toBe(413);
    for (const type of ['text/plain', 'application/x-www-form-urlencoded'])
      expect((await post('/mail/messages', message, { 'Content-Type': type })).status).toBe(415);
    expect((await post('/mail/messages', message, { Authorization: '' })).status).toBe(401);
  });

  test.each([
    ['the socket, despite X-Forwarded-For', false, [204, 429]],
    ['a trusted proxy', true, [204, 204]],
  ])('takes the client address from %s', async (_name, trustProxy, statuses) => {
    const { router } = setUp();
    const { post } = await serve(express().set('trust proxy', trustProxy).use(router));
    const start = async (email: string, address: string) =>
      (await post('/verification-codes', { email }, { 'X-Forwarded-For': address })).status;
    expect([
      await start('ada@example.com', '192.0.2.1'),
      await start('bob@example.com', '192.0.2.2'),
    ]).toEqual(statuses);
  });

  test.each(['192.0.2.1', '[2001:db8::1]'])('ignores the port of a client address: %s', async (address) => {
    const { router } = setUp();
    const { post } = await serve(express().set('trust proxy', 1).use(router));
    const start = async (email: string, port: number) =>
      (await post('/verification-codes', { email }, { 'X-Forwarded-For': `${address}:${port}` })).status;
    expect([await start('ada@example.com', 4711), await start('bob@example.com', 4712)]).toEqual([204, 429]);
  });

  test('sends nothing for a client that disconnected and has no address', async () => {
    const { transport, router } = setUp();
    const { post } = await serve(
      express()
        .use(express.json())
        .use(async (request, _response, next) => {
          const isFirst = request.body.email === 'ada@example.com';
          if (isFirst) await once(request.socket, 'close');
          next();
          if (isFirst) passed.resolve();
        })
        .use(router),
    );
    const passed = Promise.withResolvers<void>();
    const leaving = new AbortController();
    const left = post('/verification-codes', { email: 'ada@example.com' }, {}, leaving.signal);
    expect((await post('/verification-codes', { email: 'bob@example.com' })).status).toBe(204);
    leaving.abort();
    await expect(left).rejects.toThrow('aborted');
    await passed.promise;
    // This network has reached its limit, so the request sends nothing. The inbox has only emails of earlier requests.
    expect((await post('/verification-codes', { email: 'eve@example.com' })).status).toBe(429);
    expect(transport.inbox.messages.map(({ to }) => to)).toEqual(['bob@example.com']);
  });

  test.each([
    ['with a length', (size: number) => ' '.repeat(size)],
    ['in chunks', (size: number) => ReadableStream.from([Buffer.alloc(size, ' ')])],
  ])('returns 413 for a body that is far too large: %s', async (_name, bodyOf) => {
    const { router } = setUp();
    const { send } = await serve(express().use(router));
    const ask = (size: number) =>
      send('/verification-codes', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: bodyOf(size),
        duplex: 'half',
      } as RequestInit);
    for (const size of [65_537, 1_000_000]) {
      const answer = await ask(size);
      expect([answer.status, await answer.json()]).toEqual([
        413,
        expect.objectContaining({ code: 'content_too_large' }),
      ]);
    }
    const far = await ask(3_000_000).then(
      ({ status }) => status,
      () => 'broken off',
    );
    expect([413, 'broken off']).toContain(far);
  });

  test('lets a hook send the response', async () => {
    const { router } = setUp({
      onStart(_start, { native }) {
        native.res?.redirect('/elsewhere');
        return 'refuse';
      },
    });
    const { send } = await serve(express().use(router));
    const answer = await send('/verification-codes', {
      method: 'POST',
      redirect: 'manual',
      headers: { 'Content-Type': 'application/json' },
      body: '{"email":"ada@example.com"}',
    });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/elsewhere']);
  });

  test('passes the Express request to hooks, and keeps cookies of other middleware', async () => {
    const { transport, router } = setUp({
      onVerified: ({ to }, { native }) => {
        expect(native.originalUrl).toBe('/mail/verification-codes/verify');
        native.res?.cookie('session', to);
        return { headers: { 'Set-Cookie': 'theme=dark' } };
      },
    });
    const { post } = await serve(express().use('/mail', router));
    const email = 'ada@example.com';
    await post('/mail/verification-codes', { email });
    const verificationCode = await transport.inbox.waitForCode(email);
    const answer = await post('/mail/verification-codes/verify', { email, verificationCode });
    expect(answer.status).toBe(204);
    expect(answer.headers.getSetCookie()).toEqual(['session=ada%40example.com; Path=/', 'theme=dark']);
  });
});
