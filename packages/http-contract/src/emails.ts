import { MailError } from '@postern/core';
import { type HttpHarnessFactory, openWorld, somebody } from './contract-world.js';
import { describe, expect, neverCalled, test } from './suite.js';

/** Tests the emails that requests send, and the responses if sending fails. */
export function describeEmails(factory: HttpHarnessFactory): void {
  describe('an email', () => {
    test('is sent in the language of the request', async () => {
      const world = await openWorld(factory);
      const to = somebody();
      const answer = await world.authorized('/messages', {
        to,
        type: 'SignIn',
        payload: { code: '482913', application: { name: 'Example' } },
        locale: 'de',
        ip: '203.0.113.7',
      });
      const [email] = world.trap.inbox.for(to).messages;
      expect(email).toMatchObject({ subject: 'Ihr Code', envelope: { to: [to] } });
      expect(answer.json()).toEqual({ messageId: email?.messageId });
      expect(world.log).toContainEqual(expect.objectContaining({ event: 'mail.sent', ip: '203.0.113.7' }));
    });

    test('with the same idempotency key is sent once', async () => {
      const world = await openWorld(factory);
      const message = { to: somebody(), type: 'SignIn', payload: { code: '482913' } };
      const first = await world.authorized('/messages', { ...message, idempotencyKey: 'a' });
      const second = await world.authorized('/messages', message, { 'Idempotency-Key': '"a"' });
      const third = await world.authorized('/messages', message, { 'Idempotency-Key': 'b' });
      expect(second.text).toBe(first.text);
      expect(third.text).not.toBe(first.text);
      expect(world.trap.inbox.messages).toHaveLength(2);
    });

    test.each([
      ['recipient', { to: 'eve@example.com' }],
      ['type', { type: 'Register' }],
      ['payload', { payload: { code: '482914' } }],
      ['locale', { locale: 'de' }],
      ['expiry', { expiresAt: '2999-01-01T00:00:00Z' }],
    ])('with the same key and another %s returns a 422 and is not sent', async (_name, change) => {
      const world = await openWorld(factory);
      const message = { to: somebody(), type: 'SignIn', payload: { code: '482913' } };
      const key = { 'Idempotency-Key': '"a"' };
      expect((await world.authorized('/messages', message, key)).status).toBe(200);
      for (const answer of [
        await world.authorized('/messages', { ...message, ...change }, key),
        await world.authorized('/messages', { ...message, ...change, idempotencyKey: 'a' }),
      ])
        expect(answer.json()).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
      expect(world.trap.inbox.messages).toHaveLength(1);
    });

    test('returns a 409 while its key is in use, and can reuse the key after a failure', async () => {
      const begun = Promise.withResolvers<void>();
      const held = Promise.withResolvers<never>();
      const sent: unknown[] = [];
      const world = await openWorld(factory, {
        mailer: {
          render: neverCalled,
          deliver: neverCalled,
          verify: async () => {},
          send(request) {
            sent.push(request);
            begun.resolve();
            return held.promise;
          },
        },
      });
      const message = { to: somebody(), type: 'SignIn', payload: { code: '482913' }, idempotencyKey: 'a' };
      const first = world.authorized('/messages', message);
      await begun.promise;
      const second = await world.authorized('/messages', message);
      expect(second.json()).toMatchObject({ status: 409, code: 'idempotency_key_in_use' });
      held.reject(new MailError('connection_failed', 'No server.', { stage: 'connect' }));
      expect((await first).status).toBe(503);
      expect((await world.authorized('/messages', message)).status).toBe(503);
      expect(sent).toHaveLength(2);
    });

    test.each([
      ['recipient_invalid', { to: 'ada@example.com, eve@example.com' }],
      ['payload_invalid', { payload: { code: '1', deep: [[[[[[[[[[]]]]]]]]]] } }],
      ['expired', { expiresAt: '2020-01-01T00:00:00Z' }],
      ['invalid_request', { expiresAt: 'tomorrow' }],
    ])('that is not valid returns a 400: %s', async (code, change) => {
      const world = await openWorld(factory);
      const message = { to: somebody(), type: 'SignIn', payload: { code: '482913' }, ...change };
      const answer = await world.authorized('/messages', message);
      expect({ ...answer.json(), text: answer.text }).toMatchObject({ status: 400, code });
      expect(world.trap.inbox.messages).toEqual([]);
    });

    test.each([
      ['recipient_rejected', 400, { at: 'rcpt', kind: '5xx', reply: '550 5.1.1' }],
      ['mail_server_busy', 503, { at: 'rcpt', kind: '4xx', reply: '450 4.2.0' }],
      ['sending_misconfigured', 500, { at: 'mail', kind: '5xx', reply: '553 5.7.1' }],
      [
        'sending_misconfigured',
        500,
        { at: 'rcpt', kind: '5xx', reply: '554 5.7.1 Sender address rejected:' },
      ],
      ['sending_misconfigured', 500, { at: 'rcpt', kind: '5xx', reply: '504 5.5.2 Helo command rejected:' }],
      ['mail_server_refused', 502, { at: 'delivery', kind: '5xx', reply: '554 5.7.1' }],
      ['delivery_unknown', 502, { at: 'delivery', kind: 'reset' }],
    ] as const)('that the mail server does not accept returns %s', async (code, status, fault) => {
      const world = await openWorld(factory);
      world.trap.fault('reply' in fault ? { ...fault, reply: `${fault.reply} secret-host.internal` } : fault);
      for (const answer of [
        await world.authorized('/messages', { to: somebody(), type: 'SignIn', payload: { code: '482913' } }),
        await world.post('/verification-codes', { email: somebody() }),
      ]) {
        expect({ ...answer.json(), text: answer.text }).toMatchObject({ status, code });
        expect(answer.text).not.toContain('internal');
      }
    });

    test('is in the locale of the request, or the language of Accept-Language', async () => {
      const world = await openWorld(factory);
      const subjectFor = async (language: string, body: object = {}) => {
        const email = somebody();
        await world.post('/verification-codes', { email, ...body }, { 'Accept-Language': language });
        return world.trap.inbox.for(email).messages[0]?.subject;
      };
      expect(await subjectFor('en;q=0.5, de-AT')).toBe('Ihr Code');
      expect(await subjectFor('ca,de;q=0.9,en;q=0.5')).toBe('Ihr Code');
      expect(await subjectFor('de;q=0, ca, en;q=0.1')).toBe('Your code');
      expect(await subjectFor('de', { locale: 'en' })).toBe('Your code');
      expect(await subjectFor('en', { locale: ['ca', 'de-AT'] })).toBe('Ihr Code');
      expect(await subjectFor('en', { locale: 'ca,de;q=0.9' })).toBe('Ihr Code');
      expect(await subjectFor('*')).toBe('Your code');
      expect(await subjectFor(`${'x'.repeat(200)}, de`)).toBe('Ihr Code');
    });
  });
}
