import { ConfigError, createMailer, type LogEvent, MailError, silentLogger as silent } from '@postern/core';
import { createMemoryTransport } from '@postern/testing';
import { createVerification, memoryStore, VerificationError } from '@postern/verification';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, test } from 'vitest';
import {
  bearerToken,
  createFetchHandler,
  createMailHandler,
  type HttpRequest,
  type MailHandlerOptions,
  ProblemError,
  problemResponse,
} from './index.js';

const mailer: MailHandlerOptions['mailer'] = {
  send: () => expect.unreachable(),
  render: () => expect.unreachable(),
  deliver: () => expect.unreachable(),
  verify: async () => {},
};
const verification: MailHandlerOptions['verification'] = {
  start: () => expect.unreachable(),
  check: () => expect.unreachable(),
  peekLink: () => expect.unreachable(),
  consumeLink: () => expect.unreachable(),
};
const queue = { enqueue: () => expect.unreachable() };
const authorize = bearerToken('a secret of these tests'.replaceAll(' ', '-'));

const get = (path: string, headers: Record<string, string> = {}): HttpRequest => ({
  method: 'GET',
  path,
  header: (name) => headers[name.toLowerCase()],
  native: undefined,
});

describe('the options', () => {
  test('require authorize', () => {
    // @ts-expect-error authorize has no default.
    expect(() => createMailHandler({ mailer })).toThrow(
      /authorize: must be a function that decides whether a request may send emails, such as bearerToken\(secret\)/,
    );
  });

  test('are rejected with a list of every problem', () => {
    const wrong: object = {
      mailer: {},
      authorize: 'secret',
      verification: 1,
      queue: {},
      onStart: 1,
      onVerified: 1,
      waitUntil: 1,
      verificationTypes: [],
      linkTexts: 1,
      bodyLimit: 10,
      healthIntervalMs: -1,
      logger: {},
      clock: {},
    };
    try {
      createMailHandler(wrong as MailHandlerOptions);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      const { issues } = error as ConfigError;
      expect(issues.map(({ path }) => path[0]).sort()).toEqual(Object.keys(wrong).sort());
    }
  });

  test('can be undefined to use the defaults', async () => {
    const handler = createMailHandler({
      mailer,
      authorize,
      verification: undefined,
      queue: undefined,
      onStart: undefined,
      onVerified: undefined,
      waitUntil: undefined,
      verificationTypes: undefined,
      linkTexts: undefined,
      bodyLimit: undefined,
      healthIntervalMs: undefined,
      logger: undefined,
      clock: undefined,
    });
    expect((await handler.handle(get('/health'))).status).toBe(200);
  });
});

test.each([
  ['everything', { mailer, authorize, verification }],
  ['a queue', { mailer, authorize, verification, queue }],
  ['only emails', { mailer, authorize }],
])('returns a valid OpenAPI document with %s', async (_name, options) => {
  const { body = '' } = await createMailHandler(options).handle(get('/openapi.json'));
  const validator = new Validator();
  expect(await validator.validate(JSON.parse(body))).toEqual({ valid: true });
  expect(validator.version).toBe('3.1');
  // Every reference has a target, and every schema is referenced.
  const { schemas } = JSON.parse(body).components;
  const references = [...body.matchAll(/"\$ref":"([^"]*)"/g)].map(([, target]) => target);
  expect(new Set(references)).toEqual(
    new Set(Object.keys(schemas).map((name) => `#/components/schemas/${name}`)),
  );
});

describe('a hook that returns an invalid value', () => {
  const post = (path: string, body: object): HttpRequest => ({
    ...get(path, { 'content-type': 'application/json' }),
    method: 'POST',
    body: { state: 'unread', bytes: [Buffer.from(JSON.stringify(body))] },
  });

  test.each(['false', {}, 1])('does not authorize the request: %j', async (decision) => {
    const handler = createMailHandler({ mailer, authorize: () => decision as boolean });
    expect((await handler.handle(post('/test', { to: 'ada@example.com' }))).status).toBe(401);
  });

  test.each([true, false, 'Send'])('does not create a code: %j', async (decision) => {
    const failures: unknown[] = [];
    const handler = createMailHandler({
      mailer,
      authorize,
      verification,
      onStart: () => decision as unknown as 'send',
      logger: { ...silent, error: ({ error }) => void failures.push(error) },
    });
    const { status } = await handler.handle(post('/verification-codes', { email: 'ada@example.com' }));
    expect(status).toBe(500);
    expect(failures).toMatchObject([{ message: expect.stringContaining('onStart must return') }]);
  });
});

test.each(['/mail', 'mail', '/mail/', '//mail//'])(
  'createFetchHandler accepts the base path %s',
  async (basePath) => {
    const answer = createFetchHandler({ mailer, authorize, basePath });
    expect((await answer(new Request('http://localhost/mail/health'))).status).toBe(200);
    expect((await answer(new Request('http://localhost/health'))).status).toBe(404);
  },
);

describe('a bearer token', () => {
  const [old, current] = ['an-old-secret-0123456789', 'a-secret/of+these~tests._=='];
  const ask = (authorization?: string) => bearerToken([current, old])({ header: () => authorization });

  test.each([`Bearer ${current}`, `bearer  ${old} `])('accepts %s', async (authorization) => {
    expect(await ask(authorization)).toBe(true);
  });

  test.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    current,
    `Basic ${current}`,
    `Bearer ${current}x`,
    `Bearer ${current.slice(1)}`,
    `Bearer ${current} ${current}`,
    `Bearer ${'x'.repeat(100_000)}`,
  ])('rejects %s', async (authorization) => {
    expect(await ask(authorization)).toBe(false);
  });

  test.each([['short'], [''], ['with a space in the middle'], ['line\r\nbreaks-in-a-secret'], []])(
    'rejects the secret %j',
    (...secrets) => {
      const secret = secrets[0] ?? [];
      expect(() => bearerToken(secret)).toThrow(ConfigError);
      if (secret.length > 0) expect(() => bearerToken(secret)).not.toThrow(new RegExp(String(secret)));
    },
  );
});

describe('a problem', () => {
  test.each([
    [new ProblemError('forbidden', { detail: 'Locked.' }), 403, { code: 'forbidden', detail: 'Locked.' }],
    [Object.assign(new Error('Unexpected token <secret>'), { status: 400 }), 400, { code: 'malformed_json' }],
    [Object.assign(new Error('too large'), { statusCode: 413 }), 413, { code: 'content_too_large' }],
    [Object.assign(new Error('teapot'), { status: 418 }), 400, { code: 'invalid_request' }],
    [Object.assign(new Error('secret'), { status: 503 }), 500, { code: 'internal_error' }],
    [new Error('secret'), 500, { code: 'internal_error' }],
    ['secret', 500, { code: 'internal_error' }],
    [undefined, 500, { code: 'internal_error' }],
  ])('is created from %s', (error, status, expected) => {
    const { headers, body = '', ...response } = problemResponse(error);
    expect(response.status).toBe(status);
    expect(headers).toMatchObject({
      'Content-Type': 'application/problem+json',
      'Cache-Control': 'no-store',
    });
    expect(JSON.parse(body)).toMatchObject({ ...expected, status });
    expect(body).not.toContain('secret');
  });
});

test.each([
  ['rate_limited', 'delivery', 1500, 503, '2'],
  ['connection_failed', 'connect', 30_000, 503, '30'],
  ['rate_limited', 'delivery', undefined, 503, undefined],
] as const)('a failed email (%s at %s) has Retry-After', (code, stage, retryAfterMs, status, seconds) => {
  const { headers, ...response } = problemResponse(new MailError(code, 'No.', { stage, retryAfterMs }));
  expect(response.status).toBe(status);
  expect(headers['Retry-After']).toBe(seconds);
});

describe('clients without a valid address', () => {
  test.each([
    ['none', undefined],
    ['an empty string', ''],
    ['unknown', 'unknown'],
    ['a host name', 'ada.example.com'],
    ['an obfuscated address (RFC 7239)', '_gazonk'],
    ['a Unix socket', '/var/run/app.sock'],
    ['a list', '192.0.2.1, 192.0.2.2'],
    ['the opt-out for direct calls as a string', 'Symbol(postern.verification.noClient)'],
  ])('share one limit on every limited route: %s', async (_name, clientAddress) => {
    const log: LogEvent[] = [];
    const note = (event: LogEvent) => void log.push(event);
    const logger = { debug: note, info: note, warn: note, error: note };
    const memory = createMemoryTransport();
    const template = {
      usageType: 'SignIn',
      contentType: 'text/plain' as const,
      subject: 'Code',
      content: '{{code}}',
    };
    const sender = createMailer({
      config: { fromEmail: 'noreply@example.com', templates: [template] },
      transport: memory,
    });
    const answer = createFetchHandler({
      mailer: sender,
      authorize,
      clientAddress: () => clientAddress,
      verification: createVerification({
        mailer: sender,
        store: memoryStore(),
        keys: [{ id: 'test', secret: 'a secret of these tests, 32 or more' }],
        policy: { perIp: { limit: 2 }, checksPerIp: { limit: 2 } },
        logger,
      }),
    });
    const post = async (path: string, body: object) => {
      const init = {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      };
      return (await answer(new Request(`http://localhost${path}`, init))).status;
    };
    const ask = (path: string, more: object = {}) =>
      Promise.all(['a', 'b', 'c'].map((name) => post(path, { email: `${name}@example.com`, ...more })));
    expect((await ask('/verification-codes')).sort()).toEqual([204, 204, 429]);
    const wrong = { verificationCode: 'wrong' };
    expect((await ask('/verification-codes/verify', wrong)).sort()).toEqual([400, 400, 429]);
    expect(log.filter(({ event }) => event === 'verification.client_unknown')).toHaveLength(1);
  });
});

test.each([
  ['line breaks', '192.0.2.1\nERROR everything is lost\u2028\u0085'],
  ['an escape sequence', '192.0.2.1\u001b[2J\u009b2J'],
  ['a NUL character and a lone surrogate', '192.0.2.1\0\ud800'],
  ['thousands of characters', '1'.repeat(60_000)],
])('logs a client address with %s as one short line', async (_name, clientAddress) => {
  const log: LogEvent[] = [];
  const note = (event: LogEvent) => void log.push(event);
  const answer = createFetchHandler({
    mailer: createMailer({
      config: { fromEmail: 'noreply@example.com', templates: [] },
      transport: createMemoryTransport(),
    }),
    authorize: () => false,
    clientAddress: () => clientAddress,
    logger: { debug: note, info: note, warn: note, error: note },
  });
  await answer(new Request('http://localhost/messages', { method: 'POST' }));
  const logged = String(log.find(({ event }) => event === 'http.refused')?.clientAddress);
  expect(logged).toMatch(/^1[^\p{C}\p{Zl}\p{Zp}]+$/u);
  expect(logged.length).toBeLessThanOrEqual(100);
});

test('responds to HEAD with the length and without the body', async () => {
  const handler = createMailHandler({ mailer, authorize });
  const { body = '', ...rest } = await handler.handle(get('/openapi.json'));
  expect(await handler.handle({ ...get('/openapi.json'), method: 'HEAD' })).toEqual(rest);
  expect(rest.headers['Content-Length']).toBe(String(Buffer.byteLength(body)));
});

test('runs one check for simultaneous health requests', async () => {
  const answer = Promise.withResolvers<void>();
  const signals: unknown[] = [];
  const handler = createMailHandler({
    mailer: {
      ...mailer,
      verify(operation) {
        signals.push(operation?.signal);
        return answer.promise;
      },
    },
    authorize,
    healthIntervalMs: 0,
  });
  const answers = Array.from({ length: 20 }, () => handler.handle(get('/health')));
  answer.resolve();
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(Array(20).fill(200));
  // The check has a timeout.
  expect(signals).toEqual([expect.any(AbortSignal)]);
});

test('returns a 500 without the message if linkTexts throws', async () => {
  const handler = createMailHandler({
    mailer,
    authorize,
    verification: {
      start: () => expect.unreachable(),
      check: () => expect.unreachable(),
      consumeLink: () => expect.unreachable(),
      peekLink: () => Promise.reject(new VerificationError('not_found')),
    },
    linkTexts() {
      throw new Error('secret');
    },
  });
  const { status, body } = await handler.handle(get('/links/abc', { accept: 'text/html' }));
  expect(status).toBe(500);
  expect(body).not.toContain('secret');
});

test('finds only the paths of its routes', () => {
  const handler = createMailHandler({ mailer, authorize, verification });
  expect(['/messages', '/links/abc?x=1', '/health'].filter(handler.finds)).toHaveLength(3);
  expect(['/', '/links/', '/links/a/b', '/messages/', '/MESSAGES'].filter(handler.finds)).toEqual([]);
});

test('applies the same limits to a body that a framework parsed', async () => {
  const handler = createMailHandler({ mailer, authorize: () => true });
  const post = async (value: unknown) => {
    const request = get('/messages', { 'content-type': 'application/json' });
    const response = await handler.handle({ ...request, method: 'POST', body: { state: 'parsed', value } });
    return JSON.parse(response.body ?? '');
  };
  let deep: unknown = 1;
  for (let depth = 0; depth < 20_000; depth++) deep = [deep];
  expect(await post({ to: deep })).toMatchObject({ code: 'malformed_json' });
  expect(await post({ to: 'x'.repeat(65_536) })).toMatchObject({ code: 'content_too_large' });
  expect(await post(Buffer.from('{"to":1,"to":2}'))).toMatchObject({ code: 'malformed_json' });
  expect(await post(undefined)).toMatchObject({ code: 'invalid_request' });
});

test('reads a string with millions of escapes', async () => {
  const handler = createMailHandler({ mailer, authorize: () => true, bodyLimit: 10_485_760 });
  const post = async (text: string) => {
    const request = get('/messages', { 'content-type': 'application/json' });
    const body = { state: 'unread' as const, bytes: [Buffer.from(text)] };
    const response = await handler.handle({ ...request, method: 'POST', body });
    return JSON.parse(response.body ?? '');
  };
  const escapes = '\\"'.repeat(5_000_000);
  expect(await post(`{"to":"${escapes}"}`)).toMatchObject({ code: 'invalid_request' });
  expect(await post(`{"a":"\\\\","a" \n: "${escapes}"}`)).toMatchObject({
    detail: 'An object contains a duplicate name.',
  });
  expect(await post('{"a":["a","a","{"],"b":{"a":"a"},"to":":"}')).toMatchObject({ code: 'invalid_request' });
});

test('stops reading an endless body', async () => {
  let isLeft = false;
  async function* endless() {
    try {
      while (true) yield Buffer.alloc(4096, ' ');
    } finally {
      isLeft = true;
    }
  }
  const handler = createMailHandler({ mailer, authorize: () => true });
  const request = get('/messages', { 'content-type': 'application/json' });
  const body = { state: 'unread' as const, bytes: endless() };
  const response = await handler.handle({ ...request, method: 'POST', body });
  expect(response.status).toBe(413);
  expect(isLeft).toBe(true);
});
