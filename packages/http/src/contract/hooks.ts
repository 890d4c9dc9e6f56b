import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { MailHandlerOptions, VerifiedPerson } from '../mail-handler-options.js';
import { ProblemError } from '../problem.js';
import { AUTHORIZED, type HttpHarnessFactory, openWorld, somebody } from './contract-world.js';

/** What an application sees and says, and what is done for it. */
export function describeHooks(factory: HttpHarnessFactory): void {
  async function signIn(options: Partial<MailHandlerOptions>) {
    const world = await openWorld(factory, options);
    const email = somebody();
    await world.post('/verification-codes', { email });
    const verificationCode = await world.trap.inbox.waitForCode(email);
    const answer = await world.post('/verification-codes/verify', { email, verificationCode });
    return { world, email, verificationCode, answer };
  }

  describe('an application', () => {
    test('learns who was verified, and sets a cookie', async () => {
      const seen: VerifiedPerson[] = [];
      const { email, answer } = await signIn({
        onVerified(person, { native }) {
          expect(native).toBeTypeOf('object');
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

    test('answers with a body of its own', async () => {
      const { answer } = await signIn({ onVerified: async () => ({ body: { token: 'abc' } }) });
      expect(answer.status).toBe(200);
      expect(answer.json()).toEqual({ token: 'abc' });
    });

    test('turns someone away', async () => {
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
        'fails',
        () => {
          throw new Error('postgres://user:hunter2@db.internal/users');
        },
      ],
      ['makes a second header field', () => ({ headers: { 'Set-Cookie': 'a=1\r\nX-Evil: yes' } })],
      ['makes a header field of nonsense', () => ({ headers: { 'X Evil:': 'yes' } })],
    ])('that %s is a 500 without a word about it', async (_name, onVerified) => {
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

    test('keeps to itself who has an account', async () => {
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

    test('that is not set up for links is a 500, and its operator learns why', async () => {
      const world = await openWorld(factory, { linkUrl: undefined });
      const answer = await world.post('/links', { email: somebody() });
      expect(answer.json()).toMatchObject({ status: 500, code: 'sending_misconfigured' });
      const failure = world.log.find(({ event }) => event === 'http.failed');
      expect(inspect(failure)).toContain('linkUrl');
    });

    test('refuses to send', async () => {
      const world = await openWorld(factory, { onStart: () => 'refuse' });
      for (const path of ['/verification-codes', '/links']) {
        const answer = await world.post(path, { email: somebody() });
        expect(answer.json()).toMatchObject({ status: 403, code: 'forbidden' });
      }
      expect(world.trap.inbox.messages).toEqual([]);
    });

    test('without a verification has no routes of it', async () => {
      const world = await openWorld(factory, { verification: undefined });
      for (const path of ['/verification-codes', '/verification-codes/verify', '/links'])
        expect((await world.post(path, { email: somebody() })).status).toBe(404);
      expect((await world.send('/openapi.json')).text).not.toMatch(/verification-codes|\/links/);
    });

    test('with a queue has the email taken over', async () => {
      const kept: unknown[] = [];
      const world = await openWorld(factory, {
        queue: {
          enqueue: async (...call) => ({ id: String(kept.push(call)) }),
        },
      });
      const to = somebody();
      const message = { to, type: 'SignIn', payload: { code: '482913' }, locale: 'de' };
      const answer = await world.authorized('/messages', message, { 'Idempotency-Key': '"a key"' });
      expect(answer).toMatchObject({ status: 202, text: '{"id":"1"}' });
      expect(kept).toEqual([[{ ...message, idempotencyKey: 'a key' }, { idempotencyKey: 'a key' }]]);
      expect(world.trap.inbox.messages).toEqual([]);
    });
  });

  describe('an email', () => {
    test('that Logto asks for arrives, in the language of its payload', async () => {
      const world = await openWorld(factory);
      const to = somebody();
      const answer = await world.authorized('/messages', {
        to,
        type: 'SignIn',
        payload: { code: '482913', locale: 'de', uiLocales: 'de en', application: { name: 'Example' } },
        ip: '203.0.113.7',
      });
      const [email] = world.trap.inbox.for(to).messages;
      expect(email).toMatchObject({ subject: 'Ihr Code', envelope: { to: [to] } });
      expect(answer.json()).toEqual({ messageId: email?.messageId });
      expect(world.log).toContainEqual(expect.objectContaining({ event: 'mail.sent', ip: '203.0.113.7' }));
    });

    test('with the same key is the same email', async () => {
      const world = await openWorld(factory);
      const message = { to: somebody(), type: 'SignIn', payload: { code: '482913' } };
      const first = await world.authorized('/messages', { ...message, idempotencyKey: 'a' });
      const second = await world.authorized('/messages', message, { 'Idempotency-Key': '"a"' });
      const third = await world.authorized('/messages', message, { 'Idempotency-Key': 'b' });
      expect(second.text).toBe(first.text);
      expect(third.text).not.toBe(first.text);
    });

    test.each([
      ['recipient_invalid', { to: 'ada@example.com, eve@example.com' }],
      ['payload_invalid', { payload: { code: '1', deep: [[[[[[[[[[]]]]]]]]]] } }],
      ['expired', { expiresAt: '2020-01-01T00:00:00Z' }],
      ['invalid_request', { expiresAt: 'tomorrow' }],
    ])('that makes no sense is a 400: %s', async (code, change) => {
      const world = await openWorld(factory);
      const message = { to: somebody(), type: 'SignIn', payload: { code: '482913' }, ...change };
      const answer = await world.authorized('/messages', message);
      expect({ ...answer.json(), text: answer.text }).toMatchObject({ status: 400, code });
      expect(world.trap.inbox.messages).toEqual([]);
    });

    test.each([
      ['recipient_rejected', 400, { at: 'rcpt', kind: '5xx' }],
      ['mail_server_busy', 503, { at: 'rcpt', kind: '4xx' }],
      ['mail_server_refused', 502, { at: 'mail', kind: '5xx' }],
      ['mail_server_refused', 502, { at: 'delivery', kind: '5xx' }],
      ['delivery_unknown', 502, { at: 'delivery', kind: 'reset' }],
    ] as const)('that the mail server does not take is %s', async (code, status, fault) => {
      const world = await openWorld(factory);
      const reply = {
        '4xx': '450 4.2.0 secret-host.internal',
        '5xx': '550 5.1.1 secret-host.internal',
        reset: undefined,
      };
      world.trap.fault({ ...fault, ...(reply[fault.kind] && { reply: reply[fault.kind] }) });
      for (const answer of [
        await world.authorized('/messages', { to: somebody(), type: 'SignIn', payload: { code: '482913' } }),
        await world.post('/verification-codes', { email: somebody() }),
      ]) {
        expect({ ...answer.json(), text: answer.text }).toMatchObject({ status, code });
        expect(answer.text).not.toContain('internal');
      }
    });

    test('is in the language of the reader, unless the request says which', async () => {
      const world = await openWorld(factory);
      const subjectFor = async (language: string, body: object = {}) => {
        const email = somebody();
        await world.post('/verification-codes', { email, ...body }, { 'Accept-Language': language });
        return world.trap.inbox.for(email).messages[0]?.subject;
      };
      expect(await subjectFor('en;q=0.5, de-AT')).toBe('Ihr Code');
      expect(await subjectFor('de', { locale: 'en' })).toBe('Your code');
      expect(await subjectFor('*')).toBe('Your code');
      expect(await subjectFor(`${'x'.repeat(200)}, de`)).toBe('Ihr Code');
    });
  });

  describe('a code', () => {
    test('costs a guess when it is wrong, and is good once', async () => {
      const world = await openWorld(factory);
      const email = somebody();
      const check = (verificationCode: string) =>
        world.post('/verification-codes/verify', { email, verificationCode });
      expect((await check('000000')).json()).toMatchObject({ status: 400, code: 'code_not_found' });
      const started = await world.post('/verification-codes', { email });
      expect(started.headers.ratelimit).toBe('"cooldown";r=0;t=60');
      const wrong = await check('wrong');
      expect(wrong.json()).toMatchObject({ status: 400, code: 'code_incorrect', attemptsLeft: 4 });
      expect(wrong.headers.ratelimit).toBe('"guesses";r=4');
      const code = await world.trap.inbox.waitForCode(email);
      expect(
        (await world.post('/verification-codes/verify', { email, verificationCode: code, type: 'Register' }))
          .status,
      ).toBe(400);
      expect((await check(code)).status).toBe(204);
      expect((await check(code)).json()).toMatchObject({ status: 400, code: 'code_not_found' });
    });

    test('expires', async () => {
      const world = await openWorld(factory);
      const email = somebody();
      await world.post('/verification-codes', { email });
      world.clock.time += 600_000;
      const verificationCode = await world.trap.inbox.waitForCode(email);
      const answer = await world.post('/verification-codes/verify', { email, verificationCode });
      expect(answer.json()).toMatchObject({ status: 400, code: 'code_expired' });
    });

    test('is for the types of an application', async () => {
      const world = await openWorld(factory, { verificationTypes: ['Register'] });
      const email = somebody();
      expect((await world.post('/verification-codes', { email, type: 'SignIn' })).json()).toMatchObject({
        errors: [{ pointer: '/type', detail: 'has to be one of Register' }],
      });
      expect((await world.post('/verification-codes', { email })).status).toBe(204);
      expect(world.trap.inbox.for(email).messages).toHaveLength(1);
    });
  });

  describe('the health check', () => {
    test('asks the mail server once in a while, however many ask', async () => {
      let calls = 0;
      let isDown = false;
      const world = await openWorld(factory, {
        mailer: {
          send: () => expect.unreachable(),
          async verify() {
            calls += 1;
            if (isDown) throw new Error('secret-host.internal');
          },
        },
      });
      const ask = async () =>
        (await Promise.all(Array.from({ length: 20 }, () => world.send('/health')))).map(
          ({ status }) => status,
        );
      expect(new Set(await ask())).toEqual(new Set([200]));
      expect(calls).toBe(1);
      expect(world.log).toEqual([]);
      isDown = true;
      world.clock.time += 29_999;
      expect(new Set(await ask())).toEqual(new Set([200]));
      world.clock.time += 1;
      expect(new Set(await ask())).toEqual(new Set([503]));
      expect(calls).toBe(2);
      expect((await world.send('/health')).text).not.toContain('internal');
      expect(world.log).toEqual([{ event: 'http.unhealthy', error: expect.any(Error) }]);
    });
  });

  test('no code, link or token is logged or answered', async () => {
    const { world, email, verificationCode, answer } = await signIn({});
    await world.post('/links', { email });
    const link = await world.linkTo(email);
    const answers = [
      answer,
      await world.send(link),
      await world.post(link, undefined, { 'Sec-Fetch-Site': 'cross-site' }),
      await world.post(link),
      await world.send(link, { headers: { Accept: 'text/html' } }),
      await world.authorized('/messages', { to: email, type: 'SignIn', payload: { code: '739164' } }),
      await world.authorized('/messages', {
        to: email,
        type: 'SignIn',
        payload: { code: ['739164'], x: { link } },
      }),
    ];
    const said = inspect([world.log, answers.map(({ headers, text }) => ({ headers, text }))], { depth: 20 });
    for (const secret of [
      verificationCode,
      link.replace('/links/', ''),
      '739164',
      AUTHORIZED.Authorization.slice(7),
    ])
      expect(said).not.toContain(secret);
  });
}
