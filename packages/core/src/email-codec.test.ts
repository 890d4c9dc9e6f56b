import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMailer, type Email, freezeEmail, parseEmail, serializeEmail } from './index.js';

const text = fc.string({ unit: 'binary' });
const mailbox = fc.record({ name: text, address: text }, { requiredKeys: ['address'] });
const fields = {
  type: text,
  locale: text,
  messageId: text,
  date: fc.date({ noInvalidDate: true }),
  from: mailbox,
  to: text,
  replyTo: fc.array(mailbox),
  subject: text,
  text,
  html: text,
  headers: fc.dictionary(
    text.filter((name) => name !== '__proto__'),
    fc.oneof(text, fc.array(text)),
  ),
  expiresAt: fc.date({ noInvalidDate: true }),
  secrets: fc.array(text),
  idempotency: fc.record({ key: text, identity: text }),
};
const OPTIONAL = ['locale', 'replyTo', 'html', 'expiresAt', 'idempotency'] as const;
const emails: fc.Arbitrary<Email> = fc.record(fields, {
  requiredKeys: ['type', 'messageId', 'date', 'from', 'to', 'subject', 'text', 'headers', 'secrets'],
});

const sample: Email = {
  type: 'SignIn',
  messageId: '<1@example.com>',
  date: new Date(0),
  from: { address: 'noreply@example.com' },
  to: 'ada@example.com',
  subject: 'Sign in',
  text: 'Your code is 482913.',
  headers: {},
  secrets: ['482913'],
};

describe('a serialized email', () => {
  test('keeps every field', () => {
    fc.assert(
      fc.property(emails, (email) => {
        const restored = parseEmail(serializeEmail(email));
        expect({ ...restored }).toEqual(JSON.parse(JSON.stringify(email), reviveDates));
        expect(Object.isFrozen(restored)).toBe(true);
      }),
    );
  });

  test('is read back as the rendered email', async () => {
    const { render } = createMailer({
      config: {
        fromEmail: 'Example <noreply@example.com>',
        replyTo: 'help@example.com',
        templates: [
          {
            usageType: 'SignIn',
            contentType: 'text/html',
            subject: 'Sign in',
            content: '<b>{{code}}</b>',
            locale: 'en',
          },
        ],
        customHeaders: { 'X-One': 'one' },
      },
      transport: {
        name: 'none',
        send: () => expect.unreachable(),
        verify: async () => {},
        close: async () => {},
        [Symbol.asyncDispose]: async () => {},
      },
    });
    const email = await render({
      to: 'ada@example.com',
      type: 'SignIn',
      payload: { code: '482913' },
      locale: 'en',
      expiresAt: new Date(Date.now() + 60_000),
      idempotencyKey: 'a key',
    });
    const restored = parseEmail(serializeEmail(email));
    expect(restored).toEqual(email);
    expect(inspect(restored)).not.toContain('482913');
    expect(inspect(restored)).toBe(inspect(email));
  });

  test.each(Object.keys(fields))('cannot have another type in %s, in both directions', (field) => {
    const refused = expect.objectContaining({
      code: 'payload_invalid',
      retryable: false,
      message: expect.stringMatching(new RegExp(`: check ${field}\\.$`)),
    });
    for (const wrong of [5n, () => {}, Symbol('482913'), { 482913: null }, [482913]]) {
      // What a program in JavaScript may pass.
      const email = { ...sample, [field]: wrong } as unknown as Email;
      expect(() => serializeEmail(email)).toThrow(refused);
    }
    for (const wrong of [null, true, { 482913: null }, [482913]]) {
      const stored = JSON.stringify({ ...JSON.parse(serializeEmail(sample)), [field]: wrong });
      expect(() => parseEmail(stored)).toThrow(refused);
    }
  });

  test.each(Object.keys(fields).filter((field) => !OPTIONAL.some((name) => name === field)))(
    'refuses an email without %s',
    (field) => {
      const { [field as keyof Email]: _, ...rest } = sample;
      expect(() => serializeEmail(rest as Email)).toThrow(`: check ${field}.`);
    },
  );

  test.each(['', '482913', '{"code":"482913"', 'null', '[]', '{}'])('refuses the text %j', (stored) => {
    const error = (() => {
      try {
        return parseEmail(stored);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toMatchObject({ name: 'MailError', code: 'payload_invalid' });
    expect(inspect(error)).not.toContain('482913');
  });

  test('cannot be a request that was not rendered', () => {
    const request = { to: 'ada@example.com', type: 'SignIn', payload: { code: '482913' } };
    // What a program in JavaScript may pass.
    expect(() => serializeEmail(request as unknown as Email)).toThrow(
      expect.objectContaining({ hint: 'Pass an email that mailer.render(request) returned.' }),
    );
  });

  test('hides its idempotency key and identity from inspect', () => {
    const idempotency = { key: 'the key', identity: '["ada@example.com","482913"]' };
    expect(inspect(freezeEmail({ ...sample, idempotency }))).toContain("idempotency: '[hidden]'");
  });
});

const reviveDates = (name: string, value: unknown) =>
  name === 'date' || name === 'expiresAt' ? new Date(String(value)) : value;
