import { createMailHandler, type RouteInfo } from '@postern/http';
import { z } from 'zod';
import { AUTHORIZED, type HttpHarnessFactory, openWorld, type World } from './contract-world.js';
import type { Answer, Exchange } from './http-exchange.js';
import { SAMPLES } from './route-samples.js';
import { describe, expect, neverCalled, test } from './suite.js';

const LIMIT = 65_536;

/** Provides only the list of routes. */
const { routes: ROUTES } = createMailHandler({
  mailer: { send: neverCalled, render: neverCalled, deliver: neverCalled, verify: neverCalled },
  verification: {
    start: neverCalled,
    check: neverCalled,
    peekLink: neverCalled,
    consumeLink: neverCalled,
  },
  linkGuard: {
    url: 'https://auth.example.com/mail/open',
    binding: 'none',
    bindBrowser: neverCalled,
    protect: neverCalled,
    fetch: neverCalled,
    handle: neverCalled,
  },
  authorize: () => false,
});

const named = (routes: readonly RouteInfo[]) =>
  routes.map((route) => [`${route.method} ${route.path}`, route] as const);
const WITH_BODY = ROUTES.filter(({ body }) => body);

/** Returns all fields of a body and the required fields. */
function fieldsOf({ body }: RouteInfo): { all: string[]; required: string[] } {
  const { $defs = {} } = body ? z.toJSONSchema(body, { io: 'input' }) : {};
  const { properties = {}, required = [] } = $defs[body?.meta()?.id ?? ''] ?? {};
  return { all: Object.keys(properties), required };
}

/** Sends a valid request to the route, with the given changes. */
async function ask(world: World, route: RouteInfo, change: Exchange = {}): Promise<Answer> {
  const { path, body } = await SAMPLES[route.operationId].prepare(world);
  return tell(world, route, { body, ...change }, path);
}

/** Sends this request to the route, with authorization if required. */
const tell = (
  world: World,
  route: RouteInfo,
  exchange: Exchange,
  path: string = route.path,
): Promise<Answer> =>
  world.send(path, {
    method: route.method,
    ...exchange,
    headers: { ...(route.access === 'authorized' && AUTHORIZED), ...exchange.headers },
  });

/** Expects a problem document with its common fields and headers. */
function expectProblem(answer: Answer, status: number, code: string, rest: object = {}): void {
  expect({ status: answer.status, text: answer.text }).toMatchObject({ status });
  expect(answer.headers['content-type']).toBe('application/problem+json');
  expect(answer.json()).toEqual({
    type: `urn:postern:problem:${code}`,
    title: expect.any(String),
    status,
    code,
    ...rest,
  });
  expectSafe(answer);
}

function expectSafe({ headers }: Answer): void {
  expect(headers['cache-control']).toBe('no-store');
  expect(headers['referrer-policy']).toBe('no-referrer');
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect(headers['content-security-policy']).toMatch(/^default-src 'none'; .*frame-ancestors 'none'/);
}

export function describeRoutes(factory: HttpHarnessFactory): void {
  const json = { 'Content-Type': 'application/json' };

  describe.each(named(ROUTES))('%s', (_name, route) => {
    const sample = SAMPLES[route.operationId];

    test('responds to a valid request as its description states', async () => {
      const world = await openWorld(factory);
      const answer = await ask(world, route);
      expect({ status: answer.status, text: answer.text }).toMatchObject({ status: sample.status });
      expectSafe(answer);
      const { paths } = (await world.send('/openapi.json')).json() as {
        paths: Record<string, Record<string, { operationId: string; responses: object }>>;
      };
      const path = route.path.replace(/:(\w+)/, '{$1}');
      const described = paths[path]?.[route.method.toLowerCase()];
      expect(described?.operationId).toBe(route.operationId);
      expect(Object.keys(described?.responses ?? {})).toContain(String(answer.status));
    });

    test(
      sample.mails ? 'returns a 503 while the mail server is down' : 'does not need the mail server',
      async () => {
        const world = await openWorld(factory);
        const { path = route.path, body } = await sample.prepare(world);
        await world.trap.close();
        const answer = await world.send(path, { method: route.method, body, headers: AUTHORIZED });
        if (sample.mails) expectProblem(answer, 503, 'mail_server_unavailable', { retryable: true });
        else expect(answer.status).toBe(sample.status);
        expect(answer.text).not.toContain(String(world.trap.port));
      },
    );

    if (route.method === 'GET')
      test('responds to HEAD like GET, without a body', async () => {
        const world = await openWorld(factory);
        const { path = route.path } = await sample.prepare(world);
        const head = await world.send(path, { method: 'HEAD' });
        const get = await world.send(path);
        expect(head.status).toBe(get.status);
        expect(head.text).toBe('');
        const fields = ({ date, connection, 'keep-alive': _, ...rest }: Answer['headers']) => rest;
        expect(fields(head.headers)).toEqual(fields(get.headers));
      });

    if (route.access === 'authorized')
      test('rejects unauthorized requests', async () => {
        const world = await openWorld(factory);
        const right = AUTHORIZED.Authorization;
        for (const Authorization of [
          '',
          'Bearer',
          `${right}x`,
          right.slice(0, -1),
          right.replace('Bearer', 'Basic'),
        ]) {
          const answer = await ask(world, route, { headers: { Authorization } });
          expectProblem(answer, 401, 'unauthorized');
          expect(answer.headers['www-authenticate']).toBe('Bearer');
        }
        // The body is not read.
        expectProblem(await world.post(route.path, '{', json), 401, 'unauthorized');
        expect(world.trap.inbox.messages).toEqual([]);
      });

    if (sample.limit)
      test('has a limit and returns the time to wait', async () => {
        const world = await openWorld(factory);
        const { body = {} } = await sample.prepare(world);
        const { code, policy } = (await sample.limit?.(world, body)) ?? {};
        const answer = await world.post(route.path, body);
        const { retryAfter } = answer.json();
        expectProblem(answer, 429, String(code), { retryAfter: expect.any(Number) });
        expect(answer.headers['retry-after']).toBe(String(retryAfter));
        expect(answer.headers.ratelimit).toBe(`"${policy}";r=0;t=${retryAfter}`);
      });
  });

  describe.each(named(WITH_BODY))('the body of %s', (_name, route) => {
    const { all, required } = fieldsOf(route);

    test.each(required)('requires %s', async (field) => {
      const world = await openWorld(factory);
      const { body = {} } = await SAMPLES[route.operationId].prepare(world);
      const { [field]: _, ...rest } = body;
      const { messages } = world.trap.stats;
      expectProblem(await tell(world, route, { body: rest }), 400, 'invalid_request', {
        errors: [{ pointer: `/${field}`, detail: expect.any(String) }],
      });
      expect(world.trap.stats.messages).toBe(messages);
    });

    test.each(all)('requires the correct type of %s', async (field) => {
      const world = await openWorld(factory);
      const { body = {} } = await SAMPLES[route.operationId].prepare(world);
      for (const value of [[17], 17, true]) {
        expectProblem(
          await tell(world, route, { body: { ...body, [field]: value } }),
          400,
          'invalid_request',
          {
            errors: [{ pointer: `/${field}`, detail: expect.any(String) }],
          },
        );
      }
    });

    test.each(['[]', 'null', '17', '"text"'])('must be an object, not %s', async (body) => {
      const world = await openWorld(factory);
      const answer = await tell(world, route, { body, headers: json });
      expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 400 });
      expect(world.trap.inbox.messages).toEqual([]);
    });

    test.each([
      ['truncated', '{"email":'],
      ['empty', ''],
      ['not JSON', 'email=ada@example.com'],
      ['nested deeply', `{"to":${'['.repeat(5000)}${']'.repeat(5000)}}`],
    ])('must be well-formed JSON: %s', async (_name, body) => {
      const world = await openWorld(factory);
      const answer = await tell(world, route, { body, headers: json });
      expectProblem(
        answer,
        400,
        'malformed_json',
        answer.text.includes('detail') ? { detail: expect.any(String) } : {},
      );
    });

    test('must be UTF-8 without duplicate names', async () => {
      const world = await openWorld(factory);
      const [field = ''] = required;
      const twice = `{"${field}":"ada@example.com","\\u00${field.charCodeAt(0).toString(16)}${field.slice(1)}":"eve@example.com"}`;
      expectProblem(await tell(world, route, { body: twice, headers: json }), 400, 'malformed_json', {
        detail: 'An object contains a duplicate name.',
      });
      const latin1 = Buffer.from(`{"${field}":"\xe9"}`, 'latin1');
      expectProblem(await tell(world, route, { body: latin1, headers: json }), 400, 'malformed_json', {
        detail: 'The body is not UTF-8.',
      });
    });

    test('must have a JSON content type', async () => {
      const world = await openWorld(factory);
      const { body } = await SAMPLES[route.operationId].prepare(world);
      const text = JSON.stringify(body);
      for (const headers of [
        { 'Content-Type': 'text/plain' },
        { 'Content-Type': 'application/x-www-form-urlencoded' },
        { 'Content-Type': 'application/json; charset=utf-16' },
        { 'Content-Type': 'application/jsonx' },
        { 'Content-Type': `application/json${' '.repeat(10_000)}x` },
        { 'Content-Type': 'application/vnd.example+json' },
        {},
        { ...json, 'Content-Encoding': 'gzip' },
      ])
        expectProblem(await tell(world, route, { body: text, headers }), 415, 'unsupported_media_type');
      const fine = { 'Content-Type': 'Application/JSON;charset="UTF-8"' };
      expect((await tell(world, route, { body: text, headers: fine })).status).toBe(
        SAMPLES[route.operationId].status,
      );
    });

    test('has a limit, with a Content-Length and without', async () => {
      const world = await openWorld(factory);
      const body = JSON.stringify({ [required[0] ?? '']: 'x'.repeat(LIMIT) });
      const detail = `The limit is ${LIMIT} bytes.`;
      for (const chunked of [false, true]) {
        const answer = await tell(world, route, { body, chunked, headers: json });
        expectProblem(answer, 413, 'content_too_large', { detail });
        // The connection is still usable.
        expect(answer.headers.connection).not.toBe('close');
      }
      expect((await ask(world, route)).status).toBe(SAMPLES[route.operationId].status);
    });
  });

  describe('other requests', () => {
    const paths = [...Map.groupBy(ROUTES, ({ path }) => path)];

    test.each(paths)('%s accepts only its methods', async (path, routes) => {
      const world = await openWorld(factory);
      const known = routes.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
        if (known.includes(method)) continue;
        const answer = await world.send(path, { method, headers: AUTHORIZED });
        expect(answer.status).toBe(405);
        expect(String(answer.headers.allow).split(', ').sort()).toEqual(known.sort());
        if (method !== 'HEAD') expectProblem(answer, 405, 'method_not_allowed');
      }
    });

    test.each([
      '',
      '/',
      '/nothing',
      '/Messages',
      '/messages/',
      '/messages%2F',
      '/health/../messages',
      '/links/a/b',
      '/links/a%2Fb',
      '/links/%00',
      '/links/%E0%A4%A',
      '/links/..%2f..%2fhealth',
      '/links/',
      '/__proto__',
    ])('%s is not a route', async (path) => {
      const world = await openWorld(factory);
      const answer = await world.send(path);
      // Some frameworks return a 400 for a path that they cannot decode.
      expect([400, 404, 405]).toContain(answer.status);
      expect(answer.text).not.toMatch(/node_modules|\.ts:|\.js:/);
    });

    test('ignores a query', async () => {
      const world = await openWorld(factory);
      expect((await world.send('/health?a=1&/openapi.json')).json()).toEqual({ status: 'pass' });
    });
  });
}
