import { once } from 'node:events';
import {
  Body,
  type CallHandler,
  type CanActivate,
  Controller,
  type ExecutionContext,
  Injectable,
  type ModuleMetadata,
  type NestInterceptor,
  Post,
  RequestMethod,
  Scope,
  UseGuards,
  UseInterceptors,
  VersioningType,
} from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { parseConnectorConfig } from '@postern/core';
import { createMemoryTransport, startSmtpTrap } from '@postern/testing';
import { memoryStore } from '@postern/verification';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Adapter, createApp, PLATFORMS } from '../fixtures/platform-harness.js';
import {
  bearerToken,
  InjectMailRoutes,
  MailController,
  MailModule,
  type MailModuleOptions,
  type MailRoutes,
  type PlatformRequest,
} from './index.js';
import { MailTestingModule, MailTestingService } from './testing.js';

const SECRET = 'the-secret-of-the-nest-tests';
const TO = 'ada@example.com';
const TEMPLATE = { contentType: 'text/plain', subject: 'Your code', content: '{{code}}' } as const;
const MESSAGE = { to: TO, type: 'SignIn', payload: { code: '482913' } };

const optionsWith = (http: Partial<MailModuleOptions['http']> = {}): MailModuleOptions => ({
  config: {
    fromEmail: 'noreply@example.com',
    templates: [{ ...TEMPLATE, usageType: 'Generic' }],
  },
  // Not used: the test inbox replaces it.
  transport: createMemoryTransport(),
  verification: {
    store: memoryStore(),
    keys: [{ id: 'test', secret: 's'.repeat(32) }],
    policy: { perIp: { limit: 1, windowMs: 60_000 } },
  },
  http: { authorize: bearerToken(SECRET), ...http },
});
const mailWith = (http?: Partial<MailModuleOptions['http']>) =>
  MailModule.forRoot({ ...optionsWith(http), isGlobal: true });

@Controller('mail')
class AuthMail extends MailController {}

async function serve(
  metadata: ModuleMetadata,
  adapter: Adapter,
  prepare: (app: Awaited<ReturnType<typeof createApp>>) => void = () => {},
) {
  const imports = [MailTestingModule.forRoot(), ...(metadata.imports ?? [mailWith()])];
  const app = await createApp({ controllers: [AuthMail], ...metadata, imports }, adapter);
  prepare(app);
  await app.listen(0, '127.0.0.1');
  onTestFinished(() => app.close());
  const url = await app.getUrl();
  const send = (path: string, init: RequestInit = {}) =>
    fetch(url + path, { ...init, headers: { Connection: 'close', ...init.headers } });
  const post = (path: string, body: object | string, headers: Record<string, string> = {}) =>
    send(path, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${SECRET}`, ...headers },
    });
  const codeOf = async (answer: Promise<Response>) =>
    ((await (await answer).json()) as { code?: string }).code;
  return { app, send, post, codeOf, inbox: app.get(MailTestingService).inbox };
}

describe.each(PLATFORMS)('a MailController on %s', (_platform, adapter) => {
  test('does not change the bodies and errors of other routes', async () => {
    @Controller()
    class Others {
      @Post(['messages', 'admin/mail/messages', 'mail/messages/echo'])
      echo(@Body() body: unknown) {
        return { body };
      }
    }
    const { send, post } = await serve({ controllers: [AuthMail, Others] }, adapter());
    for (const path of ['/messages', '/admin/mail/messages', '/mail/messages/echo']) {
      expect(await (await post(path, MESSAGE)).json()).toEqual({ body: MESSAGE });
      const malformed = await post(path, '{');
      expect([malformed.status, await malformed.json()]).toEqual([
        400,
        expect.objectContaining({ statusCode: 400 }),
      ]);
    }
    expect((await post('/mail/messages', '{')).headers.get('content-type')).toBe('application/problem+json');
    expect(await (await send('/mail/nothing')).json()).toMatchObject({ statusCode: 404 });
  });

  test('with a global prefix, does not handle the path without the prefix', async () => {
    @Controller()
    class Others {
      @Post('messages')
      echo(@Body() body: unknown) {
        return { body };
      }
    }
    @Controller('box')
    class Box extends MailController {}
    const { post, codeOf } = await serve({ controllers: [Box, Others] }, adapter(), (app) =>
      app.setGlobalPrefix('box'),
    );
    expect(await (await post('/box/messages', MESSAGE)).json()).toEqual({ body: MESSAGE });
    expect(await codeOf(post('/box/box/messages', '{'))).toBe('malformed_json');
  });

  test('does not handle the paths of other controllers that a global prefix excludes', async () => {
    @Controller('mail')
    class Others {
      @Post('messages')
      echo(@Body() body: unknown) {
        return { body };
      }
    }
    const exclude = [{ path: 'mail/messages', method: RequestMethod.POST }, 'mail/links/*path'];
    const { post, codeOf } = await serve({ controllers: [AuthMail, Others] }, adapter(), (app) =>
      app.setGlobalPrefix('api', { exclude }),
    );
    expect(await (await post('/mail/messages', MESSAGE)).json()).toEqual({ body: MESSAGE });
    expect(await codeOf(post('/api/mail/messages', '{'))).toBe('malformed_json');
    expect(await codeOf(post('/mail/links/token', '{'))).toBe('link_not_found');
  });

  test('runs guards and interceptors before the body is read', async () => {
    const seen: unknown[] = [];
    @Injectable()
    class Guard implements CanActivate {
      canActivate(context: ExecutionContext) {
        const { body, headers } = context.switchToHttp().getRequest();
        seen.push(['guard', context.getHandler().name, body]);
        return headers['x-guard'] === 'pass';
      }
    }
    @Injectable()
    class Interceptor implements NestInterceptor {
      intercept(context: ExecutionContext, next: CallHandler) {
        seen.push(['interceptor', context.getClass().name]);
        return next.handle();
      }
    }
    @Controller('mail')
    @UseGuards(Guard)
    @UseInterceptors(Interceptor)
    class Guarded extends MailController {}
    const { post, inbox } = await serve({ controllers: [Guarded] }, adapter());
    expect((await post('/mail/messages', MESSAGE)).status).toBe(403);
    expect((await post('/mail/messages', '{')).status).toBe(403);
    expect(inbox.messages).toHaveLength(0);
    seen.length = 0;
    expect((await post('/mail/messages', MESSAGE, { 'X-Guard': 'pass' })).status).toBe(200);
    expect(seen).toEqual([
      ['guard', 'messages', undefined],
      ['interceptor', 'Guarded'],
    ]);
  });

  const mounted: [string, string, ModuleMetadata, (app: Awaited<ReturnType<typeof createApp>>) => void][] = [
    ['a global prefix', '/api/mail', {}, (app) => app.setGlobalPrefix('api')],
    [
      'a global prefix that excludes the controller',
      '/mail',
      {},
      (app) => app.setGlobalPrefix('api', { exclude: ['mail/*path'] }),
    ],
    [
      'a default version in the path',
      '/v2/mail',
      {},
      (app) => app.enableVersioning({ type: VersioningType.URI, defaultVersion: '2' }),
    ],
  ];
  test.each(mounted)('works with %s', async (_name, path, metadata, prepare) => {
    const { post, codeOf } = await serve(metadata, adapter(), prepare);
    expect((await post(`${path}/messages`, MESSAGE)).status).toBe(200);
    expect(await codeOf(post(`${path}/messages`, '{'))).toBe('malformed_json');
    expect(await codeOf(post(`${path}/messages`, MESSAGE, { 'Content-Type': 'text/x' }))).toBe(
      'unsupported_media_type',
    );
    expect(await codeOf(post(`${path}/messages`, '{"to":"a@b.c","to":"d@e.f"}'))).toBe('malformed_json');
  });

  test('works at several paths and versions', async () => {
    @Controller({ path: ['mail', 'post/box'], version: ['1', '3'] })
    class Versions extends MailController {}
    const { post, codeOf } = await serve({ controllers: [Versions] }, adapter(), (app) =>
      app.enableVersioning({ type: VersioningType.URI, prefix: 'version-' }).setGlobalPrefix('api'),
    );
    for (const path of ['/api/version-1/mail', '/api/version-3/mail', '/api/version-3/post/box']) {
      expect((await post(`${path}/messages`, MESSAGE)).status).toBe(200);
      expect(await codeOf(post(`${path}/messages`, '{'))).toBe('malformed_json');
    }
    expect((await post('/api/mail/messages', MESSAGE)).status).toBe(404);
  });

  test('serves a mailer with a name', async () => {
    @Controller('marketing')
    class Marketing extends MailController {
      constructor(@InjectMailRoutes('marketing') routes: MailRoutes) {
        super(routes);
      }
    }
    const named = (name: string, secret: string) =>
      MailModule.forRoot({ ...optionsWith({ authorize: bearerToken(secret) }), name });
    const secret = 'another-secret-of-the-nest-tests';
    const { post } = await serve(
      { controllers: [AuthMail, Marketing], imports: [named('default', SECRET), named('marketing', secret)] },
      adapter(),
    );
    expect((await post('/mail/messages', MESSAGE)).status).toBe(200);
    expect((await post('/marketing/messages', MESSAGE)).status).toBe(401);
    const answer = await post('/marketing/messages', MESSAGE, { Authorization: `Bearer ${secret}` });
    expect(answer.status).toBe(200);
    expect((await post('/marketing/messages', '{', { Authorization: `Bearer ${secret}` })).status).toBe(400);
  });

  test.each([
    ['the socket, despite X-Forwarded-For', false, [204, 429]],
    ['a trusted proxy', true, [204, 204]],
  ])('takes the client address from %s', async (_name, trustProxy, statuses) => {
    const { post } = await serve({}, adapter(trustProxy));
    const start = async (email: string, address: string) =>
      (await post('/mail/verification-codes', { email }, { 'X-Forwarded-For': address })).status;
    const first = await start('ada@example.com', '192.0.2.1');
    expect([first, await start('bob@example.com', '192.0.2.2')]).toEqual(statuses);
  });

  test.each([
    ['for all requests', Scope.DEFAULT],
    ['for each request', Scope.REQUEST],
  ])('sends nothing for a client that disconnected: one controller %s', async (_name, scope) => {
    const arrived = Promise.withResolvers<void>();
    const passed = Promise.withResolvers<void>();
    @Injectable()
    class Wait implements CanActivate {
      async canActivate(context: ExecutionContext) {
        const request = context.switchToHttp().getRequest();
        const { socket, headers } = request.raw ?? request;
        if (headers['x-wait']) {
          arrived.resolve();
          await once(socket, 'close');
          passed.resolve();
        }
        return true;
      }
    }
    @Controller({ path: 'mail', scope })
    @UseGuards(Wait)
    class Waiting extends MailController {}
    const { send, post, inbox } = await serve({ controllers: [Waiting] }, adapter());
    const leaving = new AbortController();
    const left = send('/mail/verification-codes', {
      method: 'POST',
      body: JSON.stringify({ email: 'ada@example.com' }),
      headers: { 'Content-Type': 'application/json', 'X-Wait': 'yes' },
      signal: leaving.signal,
    });
    await arrived.promise;
    expect((await post('/mail/verification-codes', { email: 'bob@example.com' })).status).toBe(204);
    leaving.abort();
    await expect(left).rejects.toThrow('aborted');
    await passed.promise;
    // This network has reached its limit, so the request sends nothing. The inbox has only emails of earlier requests.
    expect((await post('/mail/verification-codes', { email: 'eve@example.com' })).status).toBe(429);
    expect(inbox.messages.map(({ to }) => to)).toEqual(['bob@example.com']);
  });

  test('passes the request of the platform to hooks, and keeps cookies of other code', async () => {
    @Injectable()
    class Cookie implements NestInterceptor {
      intercept(context: ExecutionContext, next: CallHandler) {
        const response = context.switchToHttp().getResponse();
        if ('cookie' in response) response.cookie('session', '1');
        else response.header('Set-Cookie', 'session=1; Path=/');
        return next.handle();
      }
    }
    @Controller('mail')
    @UseInterceptors(Cookie)
    class WithCookie extends MailController {}
    const natives: PlatformRequest[] = [];
    const imports = [
      mailWith({
        onVerified: (_verified, { native }) => {
          natives.push(native as PlatformRequest);
          return { headers: { 'Set-Cookie': ['theme=dark', 'size=2'] }, body: { welcome: true } };
        },
      }),
    ];
    const { post, inbox } = await serve({ controllers: [WithCookie], imports }, adapter());
    await post('/mail/verification-codes', { email: TO });
    const verificationCode = await inbox.waitForCode(TO);
    const answer = await post('/mail/verification-codes/verify', { email: TO, verificationCode });
    expect(await answer.json()).toEqual({ welcome: true });
    expect(answer.headers.getSetCookie()).toEqual(['session=1; Path=/', 'theme=dark', 'size=2']);
    expect(natives).toMatchObject([{ ip: '127.0.0.1', headers: { 'content-type': 'application/json' } }]);
  });

  test('lets a hook send the response', async () => {
    const imports = [
      mailWith({
        onVerified: (_verified, { native }) => {
          const { response } = native as { response?: { end(text: string): void } };
          response?.end('from the hook');
          return undefined;
        },
      }),
    ];
    @Injectable()
    class Lend implements NestInterceptor {
      intercept(context: ExecutionContext, next: CallHandler) {
        const http = context.switchToHttp();
        const reply = http.getResponse();
        const end = (text: string) => reply.send(text);
        Object.assign(http.getRequest(), { response: { end } });
        return next.handle();
      }
    }
    @Controller('mail')
    @UseInterceptors(Lend)
    class Lending extends MailController {}
    const error = vi.fn();
    const { post, inbox } = await serve({ controllers: [Lending], imports }, adapter(), (app) =>
      app.useLogger({ error, log: () => {}, warn: () => {} }),
    );
    await post('/mail/verification-codes', { email: TO });
    const verificationCode = await inbox.waitForCode(TO);
    const answer = await post('/mail/verification-codes/verify', { email: TO, verificationCode });
    expect([answer.status, await answer.text()]).toEqual([200, 'from the hook']);
    expect(error).not.toHaveBeenCalled();
  });

  test('works with request scope', async () => {
    @Controller({ path: 'mail', scope: Scope.REQUEST })
    class PerRequest extends MailController {}
    const { post, inbox } = await serve({ controllers: [PerRequest] }, adapter());
    const malformed = async () => (await post('/mail/messages', '{')).headers.get('content-type');
    const first = await malformed();
    expect((await post('/mail/messages', MESSAGE)).status).toBe(200);
    expect((await post('/mail/messages', MESSAGE)).status).toBe(200);
    expect(inbox.messages).toHaveLength(2);
    // New controllers must not change the running server.
    expect(await malformed()).toBe(first);
  });

  test('works in an application that a test creates', async () => {
    const module = await Test.createTestingModule({
      imports: [MailTestingModule.forRoot(), mailWith()],
      controllers: [AuthMail],
    }).compile();
    const app = module.createNestApplication(adapter(), { logger: false });
    onTestFinished(() => app.close());
    await app.listen(0, '127.0.0.1');
    const answer = await fetch(`${await app.getUrl()}/mail/messages`, {
      method: 'POST',
      body: '{',
      headers: { Authorization: `Bearer ${SECRET}`, 'Content-Type': 'application/json', Connection: 'close' },
    });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });

  test('fails to start without the http option', async () => {
    const app = await createApp(
      {
        controllers: [AuthMail],
        imports: [MailModule.forRoot({ ...optionsWith(), http: undefined }), MailTestingModule.forRoot()],
      },
      adapter(),
    );
    await expect(app.init()).rejects.toThrow('http: is required by MailController');
  });

  test('signs in 200 people at once, and completes accepted requests on shutdown', async () => {
    await using trap = await startSmtpTrap({ tls: 'none' });
    const templates = ['Register', 'SignIn', 'ForgotPassword', 'Generic'].map((usageType) => ({
      ...TEMPLATE,
      usageType,
    }));
    const server = { host: trap.host, port: trap.port, auth: {} };
    const config = parseConnectorConfig({ fromEmail: 'noreply@example.com', ...server, templates });
    const app = await createApp(
      {
        controllers: [AuthMail],
        imports: [
          MailModule.forRootAsync({
            useFactory: () => ({
              config,
              verification: {
                store: memoryStore(),
                keys: [{ id: 'test', secret: 's'.repeat(32) }],
                policy: { perIp: { limit: 1000, windowMs: 60_000 } },
              },
              http: { authorize: bearerToken(SECRET) },
            }),
          }),
        ],
      },
      adapter(),
    );
    await app.listen(0, '127.0.0.1');
    const url = `${await app.getUrl()}/mail`;
    const post = (path: string, body: object) =>
      fetch(url + path, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'Content-Type': 'application/json', Connection: 'close' },
      });
    const people = Array.from({ length: 200 }, (_, index) => `person-${index}@example.com`);
    const signIn = async (email: string) => {
      const { status } = await post('/verification-codes', { email });
      const verificationCode = await trap.inbox.waitForCode(email, { timeoutMs: 30_000 });
      return [status, (await post('/verification-codes/verify', { email, verificationCode })).status];
    };
    const statuses = await Promise.all(people.map(signIn));
    expect(new Set(statuses.flat())).toEqual(new Set([204]));

    trap.inbox.clear();
    const late = Array.from({ length: 50 }, (_, index) => `late-${index}@example.com`);
    const answers = late.map((email) =>
      post('/verification-codes', { email }).then(
        ({ status }) => status,
        () => 'refused',
      ),
    );
    await trap.inbox.waitForEmail(undefined, { timeoutMs: 30_000 });
    await app.close();
    const accepted = (await Promise.all(answers)).filter((status) => status === 204);
    expect(accepted.length).toBeGreaterThan(0);
    expect(trap.inbox.messages).toHaveLength(accepted.length);
  }, 120_000);
});

// On Fastify, Nest 11 does not support header versioning for routes that accept all methods.
test('MailControllers of two mailers share a path with header versioning', async () => {
  @Controller({ path: 'mail', version: '1' })
  class First extends MailController {}
  @Controller({ path: 'mail', version: '2' })
  class Second extends MailController {
    constructor(@InjectMailRoutes('second') routes: MailRoutes) {
      super(routes);
    }
  }
  const second = MailModule.forRoot({ ...optionsWith(), name: 'second' });
  const { post, codeOf } = await serve(
    { controllers: [First, Second], imports: [mailWith(), second] },
    new ExpressAdapter(),
    (app) => app.enableVersioning({ type: VersioningType.HEADER, header: 'X-Version' }),
  );
  for (const version of ['1', '2']) {
    expect((await post('/mail/messages', MESSAGE, { 'X-Version': version })).status).toBe(200);
    expect(await codeOf(post('/mail/messages', '{', { 'X-Version': version }))).toBe('malformed_json');
  }
});
