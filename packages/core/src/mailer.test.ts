import { describe, expect, test } from 'vitest';
import { recordingLogger, recordingTransport } from '../fixtures/recording.js';
import { seedConfig } from '../fixtures/seed-config.js';
import {
  type Clock,
  ConfigError,
  createMailer,
  type Email,
  MailError,
  type MailerOptions,
  parseConnectorConfig,
  type SendRequest,
  type Transport,
} from './index.js';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const clock: Clock = { now: () => NOW };
const config = parseConnectorConfig(seedConfig());

function setUp(more: Partial<MailerOptions> = {}) {
  const transport = recordingTransport();
  const logger = recordingLogger();
  return { transport, logger, mailer: createMailer({ config, transport, logger, clock, ...more }) };
}

const request = (more: Partial<SendRequest> = {}) =>
  ({ to: 'Ada <ada@example.com>', type: 'SignIn', payload: { code: '482913' }, ...more }) as SendRequest;

describe('send', () => {
  test('renders the email, hands it to the transport and returns the receipt', async () => {
    const { mailer, transport } = setUp();

    const receipt = await mailer.send(request());

    expect(receipt).toEqual({
      messageId: expect.stringMatching(/^<[0-9a-f-]{36}@example\.com>$/),
      accepted: 'ada@example.com',
      transport: 'recording',
      response: '250 OK',
      attempts: 1,
      durationMs: 0,
    });
    expect(transport.sent).toEqual([
      {
        type: 'SignIn',
        messageId: receipt.messageId,
        date: new Date(NOW),
        from: { name: 'Example', address: 'noreply@example.com' },
        to: 'ada@example.com',
        subject: 'Your code',
        text: 'Your code is 482913.',
        headers: {
          'Auto-Submitted': 'auto-generated',
          'X-Auto-Response-Suppress': 'All',
          'X-Entity-Ref-ID': receipt.messageId.slice(1, receipt.messageId.indexOf('@')),
        },
        secrets: ['482913'],
      },
    ]);
    expect(Object.isFrozen(transport.sent[0])).toBe(true);
  });

  test.each([
    ['aborted', undefined],
    ['timeout', new DOMException('The operation timed out.', 'TimeoutError')],
  ])('ends with %s while resolveTemplate is pending, and sends nothing later', async (code, reason) => {
    const lookUp = Promise.withResolvers<undefined>();
    const begun = Promise.withResolvers<void>();
    const { mailer, transport, logger } = setUp({
      resolveTemplate: () => {
        begun.resolve();
        return lookUp.promise;
      },
    });
    const controller = new AbortController();
    const sending = mailer.send(request(), { signal: controller.signal });
    await begun.promise;
    controller.abort(reason);

    await expect(sending).rejects.toMatchObject({ code, attempts: 0 });
    lookUp.resolve(undefined);
    await mailer.close();
    expect(transport.sent).toEqual([]);
    expect(logger.events[0]).toMatchObject({ event: 'mail.failed', code });
  });

  test('passes the signal on, and does not start if it is aborted', async () => {
    const seen: unknown[] = [];
    const transport: Transport = {
      ...recordingTransport(),
      send: (email, options) => {
        seen.push(options?.signal);
        return recordingTransport().send(email);
      },
    };
    const { mailer } = setUp({ transport });
    const controller = new AbortController();
    await mailer.send(request(), { signal: controller.signal });
    controller.abort();

    await expect(mailer.send(request(), { signal: controller.signal })).rejects.toMatchObject({
      code: 'aborted',
    });
    expect(seen).toEqual([controller.signal]);
  });

  test('does not send an expired email', async () => {
    const { mailer, transport } = setUp();

    await expect(mailer.send(request({ expiresAt: new Date(NOW) }))).rejects.toMatchObject({
      code: 'expired',
      retryable: false,
    });
    const expiresAt = new Date(NOW + 1);
    await mailer.send(request({ expiresAt }));
    expect(transport.sent.map((email) => email.expiresAt)).toEqual([expiresAt]);
  });

  test.each<[change: object, error: object]>([
    [{ to: 'a@x.com,b@x.com' }, { code: 'recipient_invalid', stage: 'recipient' }],
    [
      { payload: {} },
      {
        code: 'payload_invalid',
        stage: 'payload',
        message: 'The payload of SignIn emails must contain a code or a link.',
        hint: 'Pass payload: { code: "482913" }. The value must be a string.',
      },
    ],
    [{ payload: { code: 482913 } }, { code: 'payload_invalid' }],
    [
      { type: 'OrganizationInvitation' },
      {
        code: 'payload_invalid',
        message: 'The payload of OrganizationInvitation emails must contain a link.',
        hint: 'Pass payload: { link: "https://…" }. The value must be a string.',
      },
    ],
  ])('%j fails before the transport is called', async (change, error) => {
    const { mailer, transport } = setUp();

    await expect(mailer.send(request(change))).rejects.toMatchObject({
      ...error,
      name: 'MailError',
      retryable: false,
    });
    expect(transport.sent).toEqual([]);
  });

  test.each(['keep', 'empty'] as const)(
    'with missingVariable %s even a payload without a code is sent',
    async (missingVariable) => {
      const { mailer, transport } = setUp({ missingVariable });
      await mailer.send(request({ payload: {} } as object));

      expect(transport.sent[0]?.text).toBe(
        missingVariable === 'keep' ? 'Your code is {{code}}.' : 'Your code is .',
      );
    },
  );
});

describe('the Message-ID', () => {
  const idOf = async (more: object = {}) => (await setUp().mailer.render(request(more))).messageId;

  test('is different for every email', async () => {
    expect(await idOf()).not.toBe(await idOf());
  });

  test('is the same for the same idempotency key, address and type', async () => {
    const idempotencyKey = 'reset-17';

    expect(await idOf({ idempotencyKey })).toBe(await idOf({ idempotencyKey }));
    expect(await idOf({ idempotencyKey })).toMatch(/^<[0-9a-f]{32}@example\.com>$/);
    expect(await idOf({ idempotencyKey })).not.toBe(await idOf({ idempotencyKey, to: 'bob@example.com' }));
    expect(await idOf({ idempotencyKey })).not.toBe(await idOf({ idempotencyKey, type: 'Register' }));
  });
});

describe('header fields', () => {
  const headersOf = async (more: Partial<MailerOptions>, payload: object = { code: '482913' }) =>
    (await setUp(more).mailer.render(request({ payload } as object))).headers;

  test('of the config are added to the standard ones', async () => {
    const customHeaders = {
      'X-Tag': ['a', 'b\r\nc'],
      'auto-submitted': 'auto-replied',
      Bcc: 'eve@example.com',
    };

    expect(await headersOf({ config: { ...config, customHeaders } })).toEqual({
      'X-Tag': ['a', 'b c'],
      'auto-submitted': 'auto-replied',
      'X-Auto-Response-Suppress': 'All',
      'X-Entity-Ref-ID': expect.any(String),
    });
  });

  test('X-Entity-Ref-ID differs between emails, so that Gmail does not group them', async () => {
    const id = async (options: object = {}, request: object = {}) => {
      const mailer = createMailer({ config, transport: recordingTransport(), ...options });
      const { headers } = await mailer.render({
        to: 'ada@example.com',
        type: 'SignIn',
        payload: { code: '1' },
        ...request,
      });
      return headers['X-Entity-Ref-ID'];
    };
    expect(await id()).toMatch(/^[\da-f-]{36}$/);
    expect(await id()).not.toBe(await id());
    // The same email again, such as a retry of the queue.
    expect(await id({}, { idempotencyKey: 'a' })).toBe(await id({}, { idempotencyKey: 'a' }));
    expect(await id({}, { idempotencyKey: 'a' })).not.toBe(await id({}, { idempotencyKey: 'b' }));
    const customHeaders = { 'x-entity-ref-id': 'mine' };
    expect(await id({ config: { ...config, customHeaders } })).toBeUndefined();
  });

  test('OTP-Token contains the code and its origin', async () => {
    const otpOrigin = 'https://Login.example.com/';

    expect(await headersOf({ otpOrigin })).toMatchObject({
      'OTP-Token': '"482913"; origin="https://login.example.com"',
    });
    expect(await headersOf({ otpOrigin }, { code: 'a"b\\c' })).toMatchObject({
      'OTP-Token': '"a\\"b\\\\c"; origin="https://login.example.com"',
    });
    expect(await headersOf({ otpOrigin }, { code: 'ключ' })).not.toHaveProperty('OTP-Token');
    expect(await headersOf({})).not.toHaveProperty('OTP-Token');
  });

  test.each<[name: string, more: Partial<MailerOptions>, message: RegExp]>([
    ['an http origin', { otpOrigin: 'http://example.com' }, /otpOrigin must be an https origin/],
    [
      'a sender that is not an address',
      { config: { ...config, fromEmail: 'a@x.com, b@x.com' } },
      /fromEmail is not a valid address/,
    ],
    [
      'a replyTo that is not an address',
      { config: { ...config, replyTo: 'nobody' } },
      /replyTo is not a valid address \(it has no @\)/,
    ],
    [
      'a header name with a line break',
      { config: { ...config, customHeaders: { 'X\r\nBcc': 'x' } } },
      /a header name must be printable ASCII/,
    ],
  ])('%s is refused when the mailer is made', (_name, more, message) => {
    expect(() => setUp(more)).toThrow(ConfigError);
    expect(() => setUp(more)).toThrow(message);
  });

  test('replyTo can be several addresses', async () => {
    const { mailer } = setUp({
      config: { ...config, replyTo: '"Help, Desk" <help@example.com>, b@example.com' },
    });

    expect((await mailer.render(request())).replyTo).toEqual([
      { name: 'Help, Desk', address: 'help@example.com' },
      { address: 'b@example.com' },
    ]);
  });
});

describe('a rendered email', () => {
  test('is sent unchanged and logged', async () => {
    const { mailer, logger, transport } = setUp();
    const email = await mailer.render(request());

    const receipt = await mailer.deliver(email);

    expect(transport.sent).toEqual([email]);
    expect(receipt).toMatchObject({ messageId: email.messageId, accepted: email.to });
    expect(logger.events.at(-1)).toMatchObject({
      event: 'mail.sent',
      type: 'SignIn',
      to: 'a***@example.com',
      messageId: email.messageId,
    });
  });

  test('is not sent if it has expired or the mailer is closed', async () => {
    const { mailer, logger, transport } = setUp();
    const email = await mailer.render(request({ expiresAt: new Date(0) }));

    await expect(mailer.deliver(email)).rejects.toMatchObject({ code: 'expired' });
    expect(logger.events.at(-1)).toMatchObject({ event: 'mail.failed', code: 'expired', type: 'SignIn' });
    await mailer.close();
    await expect(mailer.deliver(email)).rejects.toMatchObject({ code: 'closed' });
    expect(transport.sent).toEqual([]);
  });
});

describe('the log', () => {
  test('contains the type, the masked address, and the duration', async () => {
    const { mailer, logger, transport } = setUp();
    await mailer.send(request({ ip: '203.0.113.7' }));

    expect(logger.events).toEqual([
      { level: 'debug', event: 'template.compiled', type: 'SignIn', locale: undefined },
      {
        level: 'info',
        event: 'mail.sent',
        type: 'SignIn',
        to: 'a***@example.com',
        ip: '203.0.113.7',
        messageId: transport.sent[0]?.messageId,
        locale: undefined,
        transport: 'recording',
        attempts: 1,
        durationMs: 0,
      },
    ]);
  });

  test('contains the reason of a failure', async () => {
    const refusal = new MailError('recipient_rejected', 'The server refused the recipient.', {
      stage: 'rcpt',
      responseCode: 550,
      response: '550 5.1.1 no such user',
      attempts: 2,
    });
    const transport = { ...recordingTransport(), send: () => Promise.reject(refusal) };
    const { mailer, logger } = setUp({ transport });

    await expect(mailer.send(request())).rejects.toBe(refusal);
    expect(logger.events.at(-1)).toMatchObject({
      level: 'info',
      event: 'mail.failed',
      to: 'a***@example.com',
      code: 'recipient_rejected',
      stage: 'rcpt',
      retryable: false,
      responseCode: 550,
      response: '550 5.1.1 no such user',
      attempts: 2,
      message: 'The server refused the recipient.',
    });
  });

  test('contains no text from foreign errors', async () => {
    const transport = {
      ...recordingTransport(),
      send: () => Promise.reject(new Error('code 482913 refused')),
    };
    const { mailer, logger } = setUp({ transport });

    await expect(mailer.send(request())).rejects.toThrow('code 482913 refused');
    expect(JSON.stringify(logger.events)).not.toContain('482913');
  });

  test.each(['a@x.com\r\nBcc: bob@example.com', 'no address', 'ada@secret words', 5])(
    'does not repeat a recipient that is not an address: %j',
    async (to) => {
      const { mailer, logger } = setUp();
      await expect(mailer.send(request({ to } as object))).rejects.toMatchObject({
        code: expect.stringMatching(/invalid$/),
      });

      expect(JSON.stringify(logger.events)).not.toMatch(/Bcc|no address|secret/);
    },
  );
});

describe('close', () => {
  test('waits for emails in flight, closes the transport once, and refuses later emails', async () => {
    const calls: string[] = [];
    const answer = Promise.withResolvers<void>();
    const inner = recordingTransport();
    const transport: Transport = {
      ...inner,
      verify: async () => void calls.push('verified'),
      close: async () => void calls.push('closed'),
      send: async (email) => {
        await answer.promise;
        calls.push('sent');
        return inner.send(email);
      },
    };
    const { mailer } = setUp({ transport });

    await mailer.verify();
    const sending = mailer.send(request());
    const closing = mailer.close();
    await expect(mailer.send(request())).rejects.toMatchObject({ code: 'closed', retryable: false });
    await expect(mailer.verify()).rejects.toMatchObject({ code: 'closed' });
    answer.resolve();
    await Promise.all([sending, closing, mailer.close(), mailer[Symbol.asyncDispose]()]);

    expect(calls).toEqual(['verified', 'sent', 'closed']);
  });

  test('waits for an email that fails', async () => {
    const transport = { ...recordingTransport(), send: () => Promise.reject(new Error('no')) };
    const { mailer } = setUp({ transport });
    const sending = mailer.send(request());

    await mailer.close();
    await expect(sending).rejects.toThrow('no');
  });
});

test('arguments are not modified', async () => {
  const payload = Object.freeze({ code: '482913', user: Object.freeze({ name: 'Ada' }) });
  const frozen = Object.freeze(request({ payload }));
  const sent: Email = await setUp().mailer.render(frozen);

  expect(sent.text).toBe('Your code is 482913.');
});
