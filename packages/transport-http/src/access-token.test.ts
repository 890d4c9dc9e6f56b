import { ConfigError } from '@postern/core';
import { type ApiTrap, startApiTrap, testEmail } from '@postern/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { failureOf, shownBy } from '../fixtures/api-world.js';
import type { ApiTransportOptions } from './api/api-transport-options.js';
import { createGmailTransport } from './gmail.js';
import { createMicrosoftGraphTransport } from './microsoft-graph.js';

const CLIENT = { clientId: '6731de76-14a6-49ae-97bc-6eba6914391e', clientSecret: 'jXqb3~NotARealSecret' };
const REFRESH = '1//0gNotARealRefreshToken';

type TokenFunction = () => Promise<{ token: string; expiresAt: Date | number }>;

/** Every API that takes access tokens. */
const PROVIDERS = [
  {
    name: 'gmail',
    tokenPath: '/token',
    secrets: [CLIENT.clientSecret, REFRESH],
    form: { grant_type: 'refresh_token', refresh_token: REFRESH },
    create: (url: string, options: ApiTransportOptions) =>
      createGmailTransport({ ...CLIENT, refreshToken: REFRESH, tokenUrl: `${url}/token` }, options),
    createWith: (getAccessToken: TokenFunction, options: ApiTransportOptions) =>
      createGmailTransport({ getAccessToken }, options),
  },
  {
    name: 'microsoft-graph',
    tokenPath: '/contoso.example/oauth2/v2.0/token',
    secrets: [CLIENT.clientSecret],
    form: { grant_type: 'client_credentials', scope: 'https://graph.microsoft.com/.default' },
    create: (url: string, options: ApiTransportOptions) =>
      createMicrosoftGraphTransport(
        { ...CLIENT, tenantId: 'contoso.example', tokenUrl: `${url}/contoso.example/oauth2/v2.0/token` },
        options,
      ),
    createWith: (getAccessToken: TokenFunction, options: ApiTransportOptions) =>
      createMicrosoftGraphTransport({ getAccessToken }, options),
  },
];

const NOW = Date.UTC(2026, 0, 2);
const MINUTE = 60_000;

describe.each(PROVIDERS)('$name', ({ tokenPath, secrets, form, create, createWith }) => {
  async function setUp(
    options: ApiTransportOptions = {},
    of: (trap: ApiTrap, options: ApiTransportOptions) => ReturnType<typeof create> = (trap, given) =>
      create(trap.url, given),
  ) {
    const trap = await startApiTrap();
    const transport = of(trap, { baseUrl: trap.url, ...options });
    onTestFinished(async () => {
      await transport.close();
      await trap.close();
    });
    const tokenRequests = () => trap.requests.filter(({ path }) => path === tokenPath);
    return { trap, transport, tokenRequests };
  }

  test('requests a token once for concurrent emails, and keeps it until shortly before it expires', async () => {
    let now = NOW;
    const { trap, transport, tokenRequests } = await setUp({ clock: { now: () => now } });
    await Promise.all(Array.from({ length: 10 }, () => transport.send(testEmail())));
    now += 58 * MINUTE;
    await transport.send(testEmail());
    expect(tokenRequests()).toHaveLength(1);
    expect(Object.fromEntries(new URLSearchParams(tokenRequests()[0]?.body))).toEqual({
      client_id: CLIENT.clientId,
      client_secret: CLIENT.clientSecret,
      ...form,
    });
    now += 2 * MINUTE;
    await transport.send(testEmail());
    expect(tokenRequests()).toHaveLength(2);
    expect(trap.inbox.messages).toHaveLength(12);
  });

  test('renews a token that the API refuses, once', async () => {
    const { trap, transport, tokenRequests } = await setUp();
    await transport.send(testEmail());
    trap.fault({ kind: 'unauthorized', times: 1 });
    await transport.send(testEmail());
    expect(tokenRequests()).toHaveLength(2);
    expect(trap.inbox.messages).toHaveLength(2);
    const refused = trap.fault({ kind: 'unauthorized' });
    expect(await failureOf(transport.send(testEmail()))).toMatchObject({ code: 'auth_failed' });
    expect(refused.fired).toBe(2);
    expect(tokenRequests()).toHaveLength(3);
  });

  test.each([
    [400, { error: 'invalid_grant', error_description: 'A description.' }, 'auth_failed', false],
    [401, { error: 'invalid_client' }, 'auth_failed', false],
    [200, { access_token: 'a b' }, 'auth_failed', false],
    [429, { error: 'temporarily_unavailable' }, 'rate_limited', true],
    [503, '<html>Unavailable</html>', 'connection_failed', true],
  ])('reads the response %i of the token endpoint', async (status, body, code, retryable) => {
    const { trap, transport } = await setUp();
    trap.fault({ at: 'token', kind: 'response', status, body, times: 1 });
    const error = await failureOf(transport.send(testEmail()));
    expect(error).toMatchObject({ code, retryable, responseCode: status });
    expect(trap.inbox.messages).toEqual([]);
    await transport.send(testEmail());
  });

  test.each(['hang', 'reset'] as const)('an email is not lost with a token request: %s', async (kind) => {
    const { trap, transport } = await setUp({ timeoutMs: 500 });
    trap.fault({ at: 'token', kind, times: 1 });
    const error = await failureOf(transport.send(testEmail()));
    expect(error).toMatchObject({ code: kind === 'hang' ? 'timeout' : 'connection_failed', retryable: true });
    expect(error.message).not.toContain('may still be delivered');
    await transport.send(testEmail());
  });

  test('one aborted email does not stop the token request of another', async () => {
    const { trap, transport } = await setUp();
    const hanging = trap.fault({ at: 'token', kind: 'hang', times: 1 });
    const controller = new AbortController();
    const first = failureOf(transport.send(testEmail(), { signal: controller.signal }));
    await hanging.waitUntilFired();
    controller.abort();
    expect(await first).toMatchObject({ code: 'aborted', attempts: 0 });
    expect(trap.inbox.messages).toEqual([]);
  });

  test.each([0, null, -1, '', 'soon', '3600'])(
    'uses a token with the lifetime %j until the API refuses it',
    async (lifetime) => {
      const { trap, transport, tokenRequests } = await setUp();
      const body = { access_token: 'the-token', token_type: 'Bearer', expires_in: lifetime };
      trap.fault({ at: 'token', kind: 'response', status: 200, body });
      await transport.send(testEmail());
      await transport.send(testEmail());
      expect(tokenRequests()).toHaveLength(1);
      trap.fault({ kind: 'unauthorized', times: 1 });
      await transport.send(testEmail());
      expect(tokenRequests()).toHaveLength(2);
      expect(trap.inbox.messages).toHaveLength(3);
    },
  );

  test('renews a refused token once for concurrent emails', async () => {
    const issued: string[] = [];
    let valid = 'token-1';
    const getAccessToken = async () => {
      issued.push(`token-${issued.length + 1}`);
      return { token: `token-${issued.length}`, expiresAt: NOW + 60 * MINUTE };
    };
    const trap = await startApiTrap();
    const transport = createWith(getAccessToken, {
      baseUrl: trap.url,
      clock: { now: () => NOW },
      fetch: (url, init) =>
        new Headers(init?.headers).get('Authorization') === `Bearer ${valid}`
          ? fetch(url, init)
          : Promise.resolve(new Response('{}', { status: 401 })),
    });
    await transport.send(testEmail());
    valid = 'token-2';
    await Promise.all(Array.from({ length: 10 }, () => transport.send(testEmail())));
    expect(issued).toEqual(['token-1', 'token-2']);
    expect(trap.inbox.messages).toHaveLength(11);
    await transport.close();
    await trap.close();
  });

  test('a token request that fails fails all emails that wait for it, and the next email tries again', async () => {
    const { trap, transport, tokenRequests } = await setUp();
    trap.fault({ at: 'token', kind: 'response', status: 503, body: '', times: 1 });
    const failures = await Promise.all(
      Array.from({ length: 5 }, () => failureOf(transport.send(testEmail()))),
    );
    expect(new Set(failures.map(({ code }) => code))).toEqual(new Set(['connection_failed']));
    expect(tokenRequests()).toHaveLength(1);
    await transport.send(testEmail());
    expect(trap.inbox.messages).toHaveLength(1);
  });

  test('close waits for an email that waits for its token', async () => {
    const { trap, transport } = await setUp();
    const sending = transport.send(testEmail());
    await transport.close();
    await expect(sending).resolves.toBeDefined();
    expect(trap.inbox.messages).toHaveLength(1);
    expect(await failureOf(transport.send(testEmail()))).toMatchObject({ code: 'closed', attempts: 0 });
  });

  test('does not wait for a token if getAccessToken aborts the email', async () => {
    const controller = new AbortController();
    const getAccessToken = () => {
      controller.abort();
      return new Promise<never>(() => {});
    };
    const { transport } = await setUp({ timeoutMs: 600_000 }, (_, options) =>
      createWith(getAccessToken, options),
    );
    const failure = failureOf(transport.send(testEmail(), { signal: controller.signal }));
    expect(await failure).toMatchObject({ code: 'aborted', attempts: 0 });
    // close() would wait for the email.
    await transport.close();
  });

  test('hides the secrets that the token endpoint repeats', async () => {
    const { trap, transport } = await setUp();
    const known = [...secrets, ...secrets.map((secret) => btoa(secret)), ...secrets.map(encodeURIComponent)];
    const body = { error: 'invalid_client', error_description: known.join(' ') };
    trap.fault({ at: 'token', kind: 'response', status: 401, body });
    const shown = shownBy(await failureOf(transport.send(testEmail())));
    for (const secret of known) expect(shown).not.toContain(secret);
  });

  test('uses the tokens of getAccessToken until they expire', async () => {
    let calls = 0;
    let now = NOW;
    const getAccessToken = async () => {
      calls += 1;
      return { token: `token-${calls}`, expiresAt: new Date(now + 10 * MINUTE) };
    };
    const { trap, transport } = await setUp({ clock: { now: () => now } }, (_, options) =>
      createWith(getAccessToken, options),
    );
    await transport.send(testEmail());
    await transport.send(testEmail());
    now += 10 * MINUTE;
    await transport.send(testEmail());
    const used = trap.requests.map(({ headers }) => headers.authorization);
    expect(used).toEqual(['Bearer token-1', 'Bearer token-1', 'Bearer token-2']);
  });

  test.each<[string, TokenFunction, string]>([
    ['fails', async () => Promise.reject(new RangeError('secret-cause')), 'connection_failed'],
    ['never returns', () => new Promise(() => {}), 'timeout'],
    ['returns no token', async () => ({ token: '', expiresAt: 0 }), 'auth_failed'],
    ['returns no date', async () => ({ token: 'a', expiresAt: Number.NaN }), 'auth_failed'],
  ])('reports a function getAccessToken that %s', async (_, getAccessToken, code) => {
    const { trap, transport } = await setUp({ timeoutMs: 20 }, (_trap, options) =>
      createWith(getAccessToken, options),
    );
    const error = await failureOf(transport.send(testEmail()));
    expect(error).toMatchObject({ code, stage: 'auth' });
    expect(error.message).toContain('getAccessToken');
    expect(shownBy(error)).not.toContain('secret-cause');
    expect(trap.requests).toEqual([]);
  });

  test('rejects credentials that are not valid', () => {
    expect(() => create('http://tokens.example.com', {})).toThrow(ConfigError);
    // @ts-expect-error: credentials are missing
    expect(() => createWith('token', {})).toThrow(ConfigError);
  });
});
