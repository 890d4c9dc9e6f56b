import { ConfigError, createMailer, type LogEvent } from '@postern/core';
import { createMemoryTransport } from '@postern/testing';
import { createVerification, memoryStore } from '@postern/verification';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createMailHandler, type HttpRequest, type MailHandlerOptions } from './index.js';

const linkUrl = 'https://app.example.com/mail/links/{token}';
const EMAIL = 'ada@example.com';

interface SetUp extends Partial<MailHandlerOptions> {
  /** Template contents by usage type. */
  templates?: Record<string, string>;
  linkUrl?: string | undefined;
}

function setUp({ templates = { SignIn: '{{code}}' }, linkUrl, ...options }: SetUp) {
  const transport = createMemoryTransport();
  const list = Object.entries(templates).map(([usageType, content]) => ({
    ...{ usageType, content, contentType: 'text/plain' as const, subject: 'Hello' },
  }));
  const mailer = createMailer({ config: { fromEmail: 'noreply@example.com', templates: list }, transport });
  const verification = createVerification({
    ...{ mailer, store: memoryStore(), keys: [{ id: 'test', secret: 's'.repeat(32) }] },
    ...(linkUrl !== undefined && { linkUrl }),
  });
  return createMailHandler({ mailer, verification, authorize: () => true, ...options });
}

const post = (path: string, body: object): HttpRequest => ({
  method: 'POST',
  path,
  header: (name) => (name === 'content-type' ? 'application/json' : undefined),
  body: { state: 'unread', bytes: [Buffer.from(JSON.stringify(body))] },
  native: undefined,
});

function listen() {
  const printed: string[] = [];
  const spy = vi
    .spyOn(console, 'error')
    .mockImplementation((...values) => void printed.push(values.map(String).join(' ')));
  onTestFinished(() => spy.mockRestore());
  return printed;
}

function createLog() {
  const events: (LogEvent & { level: string })[] = [];
  const at = (level: string) => (event: LogEvent) => void events.push({ level, ...event });
  return { events, logger: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } };
}

describe('createMailHandler rejects', () => {
  test.each<[string, SetUp, RegExp]>([
    [
      'a template without a code or a link',
      { templates: { SignIn: 'Hello' } },
      /SignIn .*neither a code nor a link/,
    ],
    [
      'a Generic template without a code or a link',
      { templates: { Generic: 'Hello' } },
      /SignIn .*neither a code nor a link/,
    ],
    ['a missing template', { templates: { Welcome: '{{code}}' } }, /SignIn .*neither a code nor a link/],
    ['a template that shows only a link, without linkUrl', { templates: { SignIn: '{{link}}' } }, /SignIn/],
    [
      'a type from the options without a code or a link',
      { templates: { SignIn: '{{code}}', Register: 'Hello' }, verificationTypes: ['SignIn', 'Register'] },
      /verificationTypes\[1\].*Register/,
    ],
    ['links without linkUrl', { verificationMethods: ['code', 'link'] }, /verificationMethods\[1\].*linkUrl/],
    ['links that no template shows', { verificationMethods: ['link'], linkUrl }, /\{\{link\}\}/],
    [
      'codes that no template shows',
      { templates: { Generic: '{{link}}' }, verificationMethods: ['code', 'link'], linkUrl },
      /\{\{code\}\}/,
    ],
  ])('%s', (_name, options, message) => {
    expect(() => setUp(options)).toThrow(ConfigError);
    expect(() => setUp(options)).toThrow(message);
  });
});

test.each<[string, SetUp]>([
  ['both methods in one template', { templates: { Generic: '{{code}} {{link}}' }, linkUrl }],
  [
    'either a code or a link',
    { templates: { SignIn: '{{#if code}}{{code}}{{else}}{{link}}{{/if}}' }, linkUrl },
  ],
  ['only codes', { verificationMethods: ['code'], verificationTypes: ['SignIn'] }],
  ['only links', { templates: { SignIn: '<{{{link}}}>' }, verificationMethods: ['link'], linkUrl }],
])('accepts templates that show %s', (_name, options) => {
  expect(() => setUp(options)).not.toThrow();
});

test('accepts templates that only resolveTemplate knows', () => {
  const mailer = createMailer({
    config: { fromEmail: 'noreply@example.com', templates: [] },
    transport: createMemoryTransport(),
    resolveTemplate: async () => undefined,
  });
  const verification = createVerification({
    mailer,
    store: memoryStore(),
    keys: [{ id: 'test', secret: 's'.repeat(32) }],
    linkUrl,
  });
  expect(() =>
    createMailHandler({ mailer, verification, authorize: () => true, verificationMethods: ['code', 'link'] }),
  ).not.toThrow();
});

test('warns about a default method that cannot work', () => {
  const { events, logger } = createLog();
  setUp({ logger });
  expect(events).toContainEqual(
    expect.objectContaining({ level: 'warn', event: 'http.unusable', method: 'link' }),
  );
});

test('has no routes for a method that is not enabled', async () => {
  const handler = setUp({ verificationMethods: ['code'] });
  const paths = handler.routes.map(({ path }) => path);
  expect(paths).toContain('/verification-codes');
  expect(paths.filter((path) => path.startsWith('/links'))).toEqual([]);
  expect((await handler.handle(post('/links', { email: EMAIL }))).status).toBe(404);
});

describe('without a logger, prints an error that the operator must fix once', () => {
  const onVerified = () => {
    throw new Error('no session store');
  };
  test.each<[string, SetUp, string, object, string]>([
    ['links without linkUrl', {}, '/links', {}, 'linkUrl'],
    ['links with a template that shows only codes', { linkUrl }, '/links', {}, '{{link}}'],
    [
      'links with a redirect and without linkUrl',
      {},
      '/links',
      { redirectTo: 'https://app.example.com/' },
      'linkUrl',
    ],
    ['a type without a template', {}, '/verification-codes', { type: 'Register' }, '{{code}}'],
    ['a hook that throws', { onStart: onVerified }, '/verification-codes', {}, 'no session store'],
  ])('%s', async (_name, options, path, body, told) => {
    const printed = listen();
    const handler = setUp(options);
    for (let time = 0; time < 3; time++)
      expect((await handler.handle(post(path, { email: `${time}${EMAIL}`, ...body }))).status).toBe(500);
    expect(printed).toHaveLength(1);
    expect(printed[0]).toContain(told);
    expect(printed[0]).toContain(`POST ${path}`);
    expect(printed[0]).not.toContain(EMAIL);
  });

  test('an unhealthy mail server', async () => {
    const printed = listen();
    const mailer: MailHandlerOptions['mailer'] = {
      send: () => expect.unreachable(),
      render: () => expect.unreachable(),
      deliver: () => expect.unreachable(),
      verify: () => Promise.reject(new Error('connect ECONNREFUSED 127.0.0.1:25')),
    };
    const handler = createMailHandler({ mailer, authorize: () => true });
    const get = { ...post('/health', {}), method: 'GET' };
    for (let time = 0; time < 3; time++) expect((await handler.handle(get)).status).toBe(503);
    expect(printed).toEqual([expect.stringContaining('ECONNREFUSED')]);
  });
});
