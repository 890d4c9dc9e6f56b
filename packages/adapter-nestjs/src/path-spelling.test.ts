import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  All,
  Body,
  Controller,
  type MiddlewareConsumer,
  type ModuleMetadata,
  Post,
  Req,
  RequestMethod,
  Res,
  Scope,
  type VersioningOptions,
  VersioningType,
} from '@nestjs/common';
import { RouterModule } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { createMemoryTransport } from '@postern/testing';
import express from 'express';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Adapter, createApp, PLATFORMS } from '../fixtures/platform-harness.js';
import {
  bearerToken,
  MailController,
  MailModule,
  type PlatformRequest,
  type PlatformResponse,
} from './index.js';

const SECRET = 'the-secret-of-the-nest-tests';
const DUPLICATE = '{"to":"ada@example.com","to":"eve@example.com","type":"SignIn","payload":{"code":"1"}}';

@Controller('mail')
class AuthMail extends MailController {}

type App = Awaited<ReturnType<typeof createApp>>;

async function serve(
  adapter: Adapter,
  { prepare, ...metadata }: ModuleMetadata & { prepare?: ((app: App) => void) | undefined } = {},
  options?: { rawBody?: boolean },
) {
  const transport = createMemoryTransport();
  const mail = MailModule.forRoot({
    config: {
      fromEmail: 'noreply@example.com',
      templates: [{ usageType: 'Generic', contentType: 'text/plain', subject: 'Code', content: '{{code}}' }],
    },
    transport,
    http: { authorize: bearerToken(SECRET) },
    isGlobal: true,
  });
  const imports = [mail, ...(metadata.imports ?? [])];
  const app = await createApp({ controllers: [AuthMail], ...metadata, imports }, adapter, options);
  prepare?.(app);
  await app.listen(0, '127.0.0.1');
  onTestFinished(() => app.close());
  return { app, port: Number(new URL(await app.getUrl()).port), inbox: transport.inbox };
}

/** Sends a request target unchanged. `fetch` normalizes it. */
async function send(port: number, path: string, body: string, headers: Record<string, string> = {}) {
  const sent = httpRequest({
    ...{ host: '127.0.0.1', port, path, method: 'POST', agent: false },
    headers: { 'Content-Type': 'application/json', ...headers },
  });
  sent.end(body);
  const [response] = await once(sent, 'response');
  return { status: Number(response.statusCode), text: await text(response) };
}

/** Requests a path. Returns `answers` if its route reads the body itself, and the responses otherwise. */
async function probe(port: number, path: string, headers: Record<string, string> = {}): Promise<unknown> {
  const authorized = { ...headers, Authorization: `Bearer ${SECRET}` };
  const codes = [
    await send(port, path, DUPLICATE, headers),
    await send(port, path, '{', headers),
    await send(port, path, DUPLICATE, authorized),
    await send(port, path, '{', authorized),
  ].map(({ status, text }) => {
    const { code, detail } = JSON.parse(text || '{}');
    return [status, code, detail].filter((part) => part !== undefined).join(' ');
  });
  const answers = [
    '401 unauthorized',
    '401 unauthorized',
    '400 malformed_json An object contains a duplicate name.',
    '400 malformed_json',
  ];
  return JSON.stringify(codes) === JSON.stringify(answers) ? 'answers' : codes;
}

const SPELLINGS = [
  '/mail/messages',
  '/mail/messages?a=1',
  '/MAIL/messages',
  '/mail/MESSAGES',
  '/%6dail/messages',
  '/mail/%6Dessages',
  '/mail/messages/',
  '//mail/messages',
  '/mail//messages',
  '/mail/messages;a=1',
  '/mail;a=1/messages',
  '/mail/./messages',
  '/mail/../mail/messages',
  '/mail%2Fmessages',
  '/mail/messages%2F',
  '/mail/messages%20',
  '/mail/messages%3Fa',
  '/mail/messages.',
  '/mail/messages%00',
];
const PLAIN = ['/mail/messages', '/mail/messages?a=1'];
const ANY_CASE = [...PLAIN, '/MAIL/messages', '/mail/MESSAGES'];
const ENCODED = ['/%6dail/messages', '/mail/%6Dessages'];

const strict = () => new ExpressAdapter(express().enable('case sensitive routing').enable('strict routing'));
const lenient = () =>
  new FastifyAdapter({
    routerOptions: {
      ...{ caseSensitive: false, ignoreTrailingSlash: true, ignoreDuplicateSlashes: true },
      // Missing in the types of Fastify.
      ...{ useSemicolonDelimiter: true },
    },
  });

test.each<[string, () => Adapter, readonly string[]]>([
  ['Express', () => new ExpressAdapter(), [...ANY_CASE, '/mail/messages/']],
  ['Express with strict and case-sensitive routing', strict, PLAIN],
  ['Fastify', () => new FastifyAdapter(), [...PLAIN, ...ENCODED]],
  [
    'Fastify with a lenient router',
    lenient,
    [...ANY_CASE, ...ENCODED, '/mail/messages/', '//mail/messages', '/mail//messages', '/mail/messages;a=1'],
  ],
])('every spelling that the router of %s accepts gets the same response', async (_name, adapter, reached) => {
  const { port, inbox } = await serve(adapter());
  const answered: string[] = [];
  for (const path of SPELLINGS) {
    const answer = await probe(port, path);
    if (answer === 'answers') answered.push(path);
    // The platform parses the bodies of other paths and rejects malformed JSON.
    else for (const status of [answer].flat()) expect(status, path).toMatch(/^4(?:00|04)$/);
  }
  expect(answered.sort()).toEqual([...reached].sort());
  expect(inbox.messages).toEqual([]);
});

class Inner {}
@Controller({ path: 'mail', scope: Scope.REQUEST })
class PerRequest extends MailController {}
@Controller(':tenant/mail')
class PerTenant extends MailController {}
@Controller({ path: 'mail', host: ':tenant.example.com' })
class PerHost extends MailController {}
@Controller({ path: 'mail', version: '1' })
class FirstVersion extends MailController {}
@Controller({ path: 'mail', version: '2' })
class SecondVersion extends MailController {}
@Controller('mail')
class Overriding extends MailController {
  @Post('messages')
  override messages(@Req() request: PlatformRequest, @Res() response: PlatformResponse) {
    return super.messages(request, response);
  }
}
class PassOn {
  configure(consumer: MiddlewareConsumer) {
    const pass = (_request: unknown, _response: unknown, next: () => void) => next();
    consumer.apply(pass).forRoutes({ path: 'mail/*path', method: RequestMethod.POST }, AuthMail);
  }
}
@Controller()
class CatchAll {
  @All('*')
  answer() {
    return 'caught';
  }
}

type Place = [string, ModuleMetadata & { prepare?: (app: App) => void }, path?: string, headers?: object];
const version =
  (type: VersioningType.HEADER | VersioningType.MEDIA_TYPE | VersioningType.CUSTOM) => (app: App) =>
    app.enableVersioning({
      type,
      ...{ header: 'X-Version', key: 'v=' },
      extractor: (request: { headers: Record<string, string> }) => request.headers['x-custom'] ?? '',
    } as VersioningOptions);
const PLACES: Place[] = [
  ['a global prefix', { prepare: (app) => app.setGlobalPrefix('api') }, '/api/mail/messages'],
  [
    'a global prefix that excludes the controller',
    { prepare: (app) => app.setGlobalPrefix('api', { exclude: ['mail/*path'] }) },
  ],
  [
    'a version in the path',
    {
      controllers: [FirstVersion, SecondVersion],
      prepare: (app) => app.enableVersioning({ type: VersioningType.URI }),
    },
    '/v2/mail/messages',
  ],
  [
    'a version in a header field',
    { controllers: [SecondVersion], prepare: version(VersioningType.HEADER) },
    undefined,
    { 'X-Version': '2' },
  ],
  [
    'a version in the media type',
    { controllers: [SecondVersion], prepare: version(VersioningType.MEDIA_TYPE) },
    undefined,
    { Accept: 'application/json;v=2' },
  ],
  [
    'a version that the application reads',
    { controllers: [SecondVersion], prepare: version(VersioningType.CUSTOM) },
    undefined,
    { 'X-Custom': '2' },
  ],
  [
    'a prefix of RouterModule',
    {
      controllers: [],
      imports: [
        { module: Inner, controllers: [AuthMail] },
        RouterModule.register([{ path: 'inner', module: Inner }]),
      ],
    },
    '/inner/mail/messages',
  ],
  ['a parameter', { controllers: [PerTenant] }, '/acme/mail/messages'],
  ['a host', { controllers: [PerHost] }, undefined, { Host: 'acme.example.com' }],
  ['a controller per request', { controllers: [PerRequest] }],
  ['a controller that overrides a handler', { controllers: [Overriding] }],
  ['middleware for the same paths', { imports: [{ module: PassOn }] }],
  ['a controller for all other paths', { controllers: [AuthMail, CatchAll] }],
];

describe.each(PLATFORMS)('%s', (platform, adapter) => {
  test.each(PLACES)(
    'bodies stay unread with %s',
    async (_name, place, path = '/mail/messages', headers = {}) => {
      const { port, inbox } = await serve(adapter(), place);
      const alike = platform === 'Express' ? path.toUpperCase() : path.replace('mail', '%6dail');
      for (const spelling of [path, alike])
        expect(await probe(port, spelling, { ...headers }), spelling).toBe('answers');
      expect(inbox.messages).toEqual([]);
    },
  );

  test('does not read the bodies of another controller with the same path', async () => {
    @Controller({ path: 'mail', version: '2' })
    class Others {
      @Post('messages')
      echo(@Body() body: unknown) {
        return { body };
      }
    }
    for (const controllers of [
      [FirstVersion, Others],
      [Others, FirstVersion],
    ]) {
      const { port } = await serve(adapter(), { controllers, prepare: version(VersioningType.HEADER) });
      const theirs = await send(port, '/mail/messages', '{"a":1}', { 'X-Version': '2' });
      expect(JSON.parse(theirs.text)).toEqual({ body: { a: 1 } });
      expect((await send(port, '/mail/messages', '{}', { 'X-Version': '1' })).status).toBe(401);
    }
  });

  test('rejects duplicate keys in a parsed body, with rawBody', async () => {
    @Controller({ path: 'mail', version: '2' })
    class Others {
      @Post('messages')
      echo() {
        return 'theirs';
      }
    }
    const { port } = await serve(
      adapter(),
      { controllers: [FirstVersion, Others], prepare: version(VersioningType.HEADER) },
      { rawBody: true },
    );
    const headers = { 'X-Version': '1', Authorization: `Bearer ${SECRET}` };
    const answer = await send(port, '/mail/messages', DUPLICATE, headers);
    expect(answer.text).toContain('An object contains a duplicate name.');
  });

  test('decodes a token like the router', async () => {
    const { port } = await serve(adapter());
    // Without verification, link routes return 404, but the path still matches only one route.
    for (const path of ['/mail/links/a%2Fb', '/mail/links/a%20b', '/mail/links/..%2Fmessages'])
      expect(JSON.parse((await send(port, path, '{}')).text)).toMatchObject({ code: 'not_found' });
  });
});

test('a mounted Express application reads its own bodies', async () => {
  const { app, inbox } = await serve(new ExpressAdapter());
  const outer = express().use('/inner', app.getHttpAdapter().getInstance());
  const server = outer.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo; // listening on TCP
  expect(await probe(port, '/inner/mail/messages')).toBe('answers');
  expect(await probe(port, '/INNER/MAIL/messages/')).toBe('answers');
  expect(inbox.messages).toEqual([]);
});
