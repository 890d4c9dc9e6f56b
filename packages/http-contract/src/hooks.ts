import { inspect } from 'node:util';
import { createMailer, MailError, parseSendRequest } from '@postern/core';
import { type MailHandlerOptions, ProblemError, type VerifiedPerson } from '@postern/http';
import { createMemoryTransport } from '@postern/testing';
import { type HttpHarnessFactory, openWorld, somebody } from './contract-world.js';
import { describe, expect, neverCalled, test } from './suite.js';

const CONFIG = {
  fromEmail: 'noreply@example.com',
  templates: [
    {
      usageType: 'Generic',
      contentType: 'text/plain' as const,
      subject: 'Your code',
      content: '{{code}}',
    },
  ],
};

/** Tests the hooks of an application. */
export function describeHooks(factory: HttpHarnessFactory): void {
  async function signIn(options: Partial<MailHandlerOptions>) {
    const world = await openWorld(factory, options);
    const email = somebody();
    await world.post('/verification-codes', { email });
    const verificationCode = await world.trap.inbox.waitForCode(email);
    const answer = await world.post('/verification-codes/verify', { email, verificationCode });
    return { world, email, verificationCode, answer };
  }

  describe('hooks', () => {
    test('onVerified receives the verified person and sets cookies', async () => {
      const seen: VerifiedPerson[] = [];
      const { email, answer } = await signIn({
        onVerified(person, { native }) {
          expect(typeof native).toBe('object');
          seen.push(person);
          return { headers: { 'Set-Cookie': ['a=1; HttpOnly', 'b=2'] } };
        },
      });
      expect(seen).toEqual([
        { status: 'verified', method: 'code', to: email, type: 'SignIn', id: expect.any(String) },
      ]);
      expect(answer.status).toBe(204);
      expect(answer.headers['set-cookie']).toEqual(['a=1; HttpOnly', 'b=2']);
    });

    test('onVerified sets the body', async () => {
      const { answer } = await signIn({ onVerified: async () => ({ body: { token: 'abc' } }) });
      expect(answer.status).toBe(200);
      expect(answer.json()).toEqual({ token: 'abc' });
    });

    test('onVerified rejects the request with a ProblemError', async () => {
      const { answer } = await signIn({
        onVerified() {
          throw new ProblemError('forbidden', { detail: 'This account is locked.' });
        },
      });
      expect(answer.json()).toMatchObject({
        status: 403,
        code: 'forbidden',
        detail: 'This account is locked.',
      });
    });

    test.each([
      [
        'throws',
        () => {
          throw new Error('postgres://user:hunter2@db.internal/users');
        },
      ],
      [
        'throws an error with the status of another service',
        () => {
          throw Object.assign(new Error('user service: 404'), { status: 404, statusCode: 404 });
        },
      ],
      [
        'injects a header through a problem',
        () => {
          throw new ProblemError('forbidden', {}, { 'X-Reason': 'a\r\nX-Evil: yes' });
        },
      ],
      ['injects a header', () => ({ headers: { 'Set-Cookie': 'a=1\r\nX-Evil: yes' } })],
      ['returns an invalid header name', () => ({ headers: { 'X Evil:': 'yes' } })],
    ])('an onVerified hook that %s returns a 500 without details', async (_name, onVerified) => {
      const { answer, world } = await signIn({ onVerified });
      expect(answer.status).toBe(500);
      expect(answer.json()).toEqual({
        type: 'urn:postern:problem:internal_error',
        title: expect.any(String),
        status: 500,
        code: 'internal_error',
      });
      expect(answer.rawHeaders.join('\n')).not.toMatch(/evil/i);
      expect(world.log).toContainEqual(
        expect.objectContaining({ event: 'http.failed', route: 'POST /verification-codes/verify' }),
      );
    });

    test('responses do not reveal which addresses have an account', async () => {
      const known = somebody();
      const world = await openWorld(factory, {
        onStart: ({ email, type, method, locale }, request) => {
          expect([type, method, locale]).toEqual(['SignIn', 'code', 'de']);
          expect(request.header('Accept-Language')).toBe('de');
          return email === known ? 'send' : 'pretend';
        },
      });
      const stranger = somebody();
      const ask = async (email: string) => {
        const german = { 'Accept-Language': 'de' };
        const answers = [
          await world.post('/verification-codes', { email }, german),
          await world.post('/verification-codes', { email }, german),
          await world.post('/verification-codes/verify', { email, verificationCode: 'wrong' }),
        ];
        return answers.map(({ status, headers: { date, ...headers }, text }) => ({ status, headers, text }));
      };
      expect(await ask(stranger)).toEqual(await ask(known));
      expect(world.trap.inbox.for(stranger).messages).toEqual([]);
      expect(world.trap.inbox.for(known).messages).toHaveLength(1);
    });

    test.each([
      ['accepts emails', undefined],
      ['rejects emails', { at: 'rcpt', kind: '4xx', reply: '450 4.2.0 Later' }],
      ['is down', { at: 'greeting', kind: 'reset' }],
    ] as const)(
      'responses with waitUntil do not reveal it, either, while the mail server %s',
      async (_name, fault) => {
        const known = somebody();
        const sendings: Promise<void>[] = [];
        const world = await openWorld(factory, {
          onStart: ({ email }) => (email === known ? 'send' : 'pretend'),
          waitUntil(sending, { native }) {
            expect(typeof native).toBe('object');
            sendings.push(sending);
          },
        });
        if (fault) world.trap.fault(fault);
        const stranger = somebody();
        const ask = async (email: string) => {
          const answers = [];
          for (const pause of [0, 0, 10_000, 60_000]) {
            world.clock.time += pause;
            answers.push(await world.post('/verification-codes', { email }));
            await Promise.all(sendings);
          }
          world.clock.time -= 70_000;
          return answers.map(({ status, headers: { date, ...headers }, text }) => ({
            status,
            headers,
            text,
          }));
        };
        const answers = await ask(known);
        expect(answers.map(({ status }) => status)).toEqual([204, 429, 429, 204]);
        expect(await ask(stranger)).toEqual(answers);
        expect(sendings).toHaveLength(4);
        expect(world.trap.inbox.for(stranger).messages).toEqual([]);
        expect(world.trap.inbox.for(known).messages).toHaveLength(fault ? 0 : 2);
      },
    );

    test('POST /messages with waitUntil does not wait for the mail server', async () => {
      const sendings: Promise<void>[] = [];
      const world = await openWorld(factory, {
        waitUntil(sending, { native }) {
          expect(typeof native).toBe('object');
          sendings.push(sending);
        },
      });
      const fault = world.trap.fault({ at: 'greeting', kind: 'reset' });
      const message = { to: somebody(), type: 'SignIn', payload: { code: '482913' } };
      const answer = await world.authorized('/messages', message);
      expect(answer).toMatchObject({ status: 202 });
      await Promise.all(sendings);
      const failure = world.log.find(({ event }) => event === 'http.send_failed');
      expect(failure).toMatchObject({ ...answer.json(), type: 'SignIn', code: 'connection_failed' });
      expect(inspect(failure)).not.toMatch(new RegExp(`${message.to}|482913`));
      fault.clear();
    });

    test('a missing linkUrl returns a 500 and logs the reason', async () => {
      const world = await openWorld(factory, { linkUrl: undefined });
      const answer = await world.post('/links', { email: somebody() });
      expect(answer.json()).toMatchObject({ status: 500, code: 'sending_misconfigured' });
      const failure = world.log.find(({ event }) => event === 'http.failed');
      expect(inspect(failure)).toContain('linkUrl');
    });

    test('onStart refuses to send', async () => {
      const world = await openWorld(factory, { onStart: () => 'refuse' });
      for (const path of ['/verification-codes', '/links']) {
        const answer = await world.post(path, { email: somebody() });
        expect(answer.json()).toMatchObject({ status: 403, code: 'forbidden' });
      }
      expect(world.trap.inbox.messages).toEqual([]);
    });

    test('the routes for codes and links do not exist without a verification', async () => {
      const world = await openWorld(factory, { verification: undefined });
      for (const path of ['/verification-codes', '/verification-codes/verify', '/links'])
        expect((await world.post(path, { email: somebody() })).status).toBe(404);
      expect((await world.send('/openapi.json')).text).not.toMatch(/verification-codes|\/links/);
    });

    test('a queue receives the rendered email', async () => {
      const kept: unknown[] = [];
      const requests: unknown[] = [];
      const mailer = createMailer({ config: CONFIG, transport: createMemoryTransport() });
      const world = await openWorld(factory, {
        mailer: {
          ...mailer,
          render: (request) => mailer.render(request).finally(() => requests.push(request)),
        },
        queue: {
          enqueue: async (...call) => ({ id: String(kept.push(call)) }),
        },
      });
      const to = somebody();
      const message = { to, type: 'SignIn', payload: { code: '482913' }, locale: 'de' };
      const answer = await world.authorized('/messages', message, { 'Idempotency-Key': '"a key"' });
      expect(answer).toMatchObject({ status: 202, text: '{"id":"1"}' });
      const [request] = requests;
      // The request is checked and rendered once. Checking a frozen request again returns the same object.
      expect(requests).toEqual([{ ...message, idempotencyKey: 'a key' }]);
      expect(parseSendRequest(request)).toBe(request);
      const idempotency = { key: 'a key', identity: expect.any(String) };
      expect(kept).toMatchObject([
        [{ to, type: 'SignIn', text: expect.stringContaining('482913'), idempotency }],
      ]);
      expect(kept.flat()).toHaveLength(1);
      expect(world.trap.inbox.messages).toEqual([]);
    });

    test('a queue does not receive emails that cannot be sent', async () => {
      const queue = { enqueue: neverCalled };
      const mailer = createMailer({ config: CONFIG, transport: createMemoryTransport() });
      const world = await openWorld(factory, { queue, mailer });
      const message = { to: somebody(), type: 'Newsletter', payload: { code: '482913' } };
      for (const [change, code] of [
        [{ to: 'a@example.com, b@example.com' }, 'recipient_invalid'],
        [{ payload: {} }, 'payload_invalid'],
      ] as const) {
        const answer = await world.authorized('/messages', { ...message, ...change });
        expect(answer.json()).toMatchObject({ status: 400, code });
      }
    });

    test.each([
      ['connection_failed', 'mail_server_unavailable'],
      ['closed', 'shutting_down'],
    ] as const)('a queue that fails with %s returns a 503', async (code, expected) => {
      const world = await openWorld(factory, {
        queue: {
          enqueue: () => Promise.reject(new MailError(code, 'postgres://db.internal', { stage: 'pool' })),
        },
      });
      const message = { to: somebody(), type: 'SignIn', payload: { code: '482913' } };
      const answer = await world.authorized('/messages', message);
      expect(answer.json()).toMatchObject({ status: 503, code: expected });
      expect(answer.text).not.toContain('internal');
      expect(world.log).toContainEqual(expect.objectContaining({ event: 'http.failed', code: expected }));
    });
  });
}
