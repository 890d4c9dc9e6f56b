import { createServer } from 'node:net';
import { testEmail } from '@postern/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { failureOf, shownBy, startWorld } from '../fixtures/api-world.js';
import { PROVIDER_CASES } from '../fixtures/provider-cases.js';

const FAR_FUTURE = Date.UTC(2040, 0, 1);

describe.each(PROVIDER_CASES)('$name', (provider) => {
  const { isIdempotent, secrets } = provider;
  const lost = isIdempotent
    ? { code: 'connection_failed', retryable: true, stage: 'delivery' }
    : { code: 'delivery_unknown', retryable: true, stage: 'delivery' };

  test.each(provider.refused)(
    'reads the response $name',
    async ({ status, body, code, retryable = false, hint }) => {
      const { trap, transport } = await startWorld(provider);
      trap.fault({ kind: 'response', status, body, times: 1 });
      const error = await failureOf(transport.send(testEmail()));
      const stage = code === 'auth_failed' ? 'auth' : 'delivery';
      expect(error).toMatchObject({ code, stage, retryable, responseCode: status });
      expect(error.hint).toMatch(hint);
      expect(trap.inbox.messages).toEqual([]);
    },
  );

  test.each([
    ['unauthorized', 'auth_failed'],
    ['sender', 'sender_rejected'],
    ['rate_limited', 'rate_limited'],
    ['server_error', 'connection_failed'],
  ] as const)('reads the refusal %s of the trap', async (kind, code) => {
    const { trap, transport } = await startWorld(provider);
    trap.fault({ kind, times: 1 });
    expect(await failureOf(transport.send(testEmail()))).toMatchObject({ code });
  });

  test.each([
    ['seconds', 3, 3000],
    ['a date', new Date(FAR_FUTURE + 90_000).toUTCString(), 90_000],
    ['a date in the past', new Date(FAR_FUTURE - 90_000).toUTCString(), 0],
    ['text', 'soon', undefined],
    ['a negative number', '-3', undefined],
  ])('reads Retry-After with %s', async (_, retryAfter, retryAfterMs) => {
    const { trap, transport } = await startWorld(provider, { clock: { now: () => FAR_FUTURE } });
    trap.fault({ kind: 'rate_limited', retryAfter, times: 1 });
    const error = await failureOf(transport.send(testEmail()));
    expect(error).toMatchObject({ code: 'rate_limited', retryable: true });
    expect(error.retryAfterMs).toBe(retryAfterMs);
  });

  test.each([
    [401, 'auth_failed', false],
    [403, expect.stringMatching(/^(?:auth_failed|sender_rejected)$/), false],
    [404, 'config_invalid', false],
    [302, 'config_invalid', false],
    [413, 'message_rejected', false],
    [429, 'rate_limited', true],
    [500, 'connection_failed', true],
    [503, 'connection_failed', true],
  ])('reads the status %i without a body of the API', async (status, code, retryable) => {
    const { trap, transport } = await startWorld(provider);
    const headers = { Location: `${trap.url}/elsewhere` };
    trap.fault({ kind: 'response', status, headers, body: '<html>Proxy</html>', times: 1 });
    const error = await failureOf(transport.send(testEmail()));
    expect(error).toMatchObject({ code, retryable, responseCode: status });
    expect(trap.requests).toHaveLength(1);
  });

  test.each([
    ['the connection is reset', { kind: 'reset' }],
    ['a gateway reports 502', { kind: 'response', status: 502, body: '<html>Bad Gateway</html>' }],
    ['a gateway reports 504', { kind: 'response', status: 504, body: '' }],
    ['the response is not of the API', { kind: 'response', status: 200, body: '<html>Log in</html>' }],
    ['the response is huge', { kind: 'response', status: 200, body: 'a'.repeat(3_000_000) }],
  ] as const)('treats the response as lost if %s', async (_, fault) => {
    const { trap, transport } = await startWorld(provider);
    trap.fault({ ...fault, times: 1, delivers: true });
    const email = testEmail();
    expect(await failureOf(transport.send(email))).toMatchObject(lost);
    await transport.send(email);
    expect(trap.inbox.messages).toHaveLength(isIdempotent ? 1 : 2);
  });

  test('reports a response that does not arrive in time', async () => {
    const { trap, transport } = await startWorld(provider, { timeoutMs: 30 });
    trap.fault({ kind: 'hang', times: 1 });
    const error = await failureOf(transport.send(testEmail()));
    expect(error).toMatchObject({ ...lost, code: isIdempotent ? 'timeout' : 'delivery_unknown' });
  });

  test('does not wait for a fetch function that ignores the signal', async () => {
    const { transport } = await startWorld(provider, { timeoutMs: 30, fetch: () => new Promise(() => {}) });
    const { code } = await failureOf(transport.send(testEmail()));
    expect(['timeout', 'delivery_unknown']).toContain(code);
    const controller = new AbortController();
    const failure = failureOf(transport.send(testEmail(), { signal: controller.signal }));
    controller.abort();
    expect(await failure).toMatchObject({ code: 'aborted' });
  });

  test('can be aborted while it waits for the response', async () => {
    const { trap, transport } = await startWorld(provider);
    const controller = new AbortController();
    const hanging = trap.fault({ kind: 'hang', times: 1 });
    const failure = failureOf(transport.send(testEmail(), { signal: controller.signal }));
    await hanging.waitUntilFired();
    controller.abort();
    expect(await failure).toMatchObject({ code: 'aborted', stage: 'delivery', retryable: false });
    await expect(transport.send(testEmail())).resolves.toBeDefined();
  });

  test('reports a server that cannot be reached', async () => {
    const { trap, transport } = await startWorld(provider);
    await trap.close();
    const error = await failureOf(transport.send(testEmail()));
    expect(error).toMatchObject({ code: 'connection_failed', stage: 'connect', retryable: true });
    expect(error.message).toContain('ECONNREFUSED');
  });

  test('hides secrets and the recipient that the response repeats', async () => {
    const { trap, transport } = await startWorld(provider);
    const email = testEmail();
    const known = [...secrets, ...secrets.map((secret) => btoa(secret)), ...email.secrets, email.to];
    const body = { message: known, name: known.join(' '), errors: known.map((message) => ({ message })) };
    for (const status of [400, 401, 422, 429, 500]) {
      trap.clearFaults();
      trap.fault({ kind: 'response', status, body });
      const shown = shownBy(await failureOf(transport.send(email)));
      for (const secret of known) expect(shown).not.toContain(secret);
    }
  });

  describe('verify', () => {
    test('accepts an account that can send from the domain', async () => {
      const { transport } = await startWorld(provider, { fromEmail: 'noreply@example.com' });
      await expect(transport.verify()).resolves.toBeUndefined();
    });

    test.each(provider.problems)('reports: $name', async ({ status, body, code, hint }) => {
      const { trap, transport } = await startWorld(provider, { fromEmail: 'noreply@Example.com' });
      trap.fault({ at: 'verify', kind: 'response', status, body });
      const error = await failureOf(transport.verify());
      const stage = { auth_failed: 'auth', sender_rejected: 'mail' }[String(code)] ?? 'connect';
      expect(error).toMatchObject({ code, stage, responseCode: status });
      expect(error.hint).toMatch(hint);
    });

    test.each(['<html>Log in</html>', ''])(
      'does not blame the account for a response that is not JSON: %j',
      async (body) => {
        const { trap, transport } = await startWorld(provider, { fromEmail: 'noreply@example.com' });
        trap.fault({ at: 'verify', kind: 'response', status: 200, body });
        const error = await failureOf(transport.verify());
        expect(error).toMatchObject({ code: 'config_invalid', stage: 'connect', responseCode: 200 });
        expect(error.hint).toMatch(/proxy/);
      },
    );

    test('reports a server that does not respond', async () => {
      const { trap, transport } = await startWorld(provider, { timeoutMs: 30 });
      trap.fault({ at: 'verify', kind: 'hang', times: 1 });
      expect(await failureOf(transport.verify())).toMatchObject({ code: 'timeout', stage: 'connect' });
      await trap.close();
      expect(await failureOf(transport.verify())).toMatchObject({ code: 'connection_failed' });
    });
  });
});

test('reports a certificate or protocol that is not TLS', async () => {
  const [provider] = PROVIDER_CASES;
  const server = createServer((socket) => socket.resume().end('not TLS'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const transport = provider?.create({ baseUrl: `https://127.0.0.1:${port}` });
  expect(await failureOf(transport?.send(testEmail()) ?? Promise.resolve())).toMatchObject({
    code: 'tls_failed',
    stage: 'tls',
  });
});
