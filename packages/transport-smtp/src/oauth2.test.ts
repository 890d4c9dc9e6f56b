import { generateKeyPairSync, verify } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { MailError } from '@postern/core';
import { type SmtpTrap, startSmtpTrap, testEmail } from '@postern/testing';
import '@postern/testing/vitest';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createSmtpTransport, type GetAccessToken, type SmtpTransportConfig } from './index.js';

const accessToken = 'ya29.fresh-access-token';

/** Starts a server on loopback and closes it after the test. */
async function tokenUrlOf(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const { port } = server.address() as AddressInfo; // listening on TCP
  return `http://127.0.0.1:${port}/token`;
}

/** A token endpoint on loopback that returns the same token for every request, or rejects all. */
async function startTokenEndpoint(respond: (request: URLSearchParams) => { status: number; body: unknown }) {
  const requests: URLSearchParams[] = [];
  const server = createServer(async (request: IncomingMessage, response) => {
    const form = new URLSearchParams(await text(request));
    requests.push(form);
    const { status, body } = respond(form);
    response
      .writeHead(status, { 'content-type': 'application/json', connection: 'close' })
      .end(JSON.stringify(body));
  });
  return { url: await tokenUrlOf(server), requests };
}

async function setUp(
  auth: SmtpTransportConfig['auth'],
  getAccessToken?: GetAccessToken,
  isAccepted = accessToken,
  config: SmtpTransportConfig = {},
) {
  const trap = await startSmtpTrap({ auth: { user: 'ada@example.com', accessToken: isAccepted } });
  const server = { host: trap.host, port: trap.port, tls: { ca: trap.certificate } };
  const transport = createSmtpTransport({ ...server, ...config, auth }, { getAccessToken });
  onTestFinished(async () => {
    await transport.close();
    await trap.close();
  });
  return { trap, transport };
}

const grant = () => ({ status: 200, body: { access_token: accessToken, expires_in: 3600 } });

describe('OAuth2', () => {
  it('fetches one token with the refresh token and shares it among all connections', async () => {
    const endpoint = await startTokenEndpoint(grant);
    const { trap, transport } = await setUp({
      user: 'ada@example.com',
      clientId: 'client',
      clientSecret: 'client-secret',
      refreshToken: 'refresh-token',
      accessUrl: endpoint.url,
    });
    await Promise.all(Array.from({ length: 12 }, () => transport.send(testEmail())));
    expect(trap.stats.messages).toBe(12);
    expect(trap.stats.logins).toBeGreaterThan(1);
    expect(endpoint.requests).toHaveLength(1);
    expect(endpoint.requests[0]?.get('refresh_token')).toBe('refresh-token');
  });

  it('renews a rejected token once for all connections', async () => {
    const endpoint = await startTokenEndpoint(grant);
    const { trap, transport } = await setUp({
      type: 'OAuth2',
      user: 'ada@example.com',
      accessToken: 'ya29.stale-access-token',
      refreshToken: 'refresh-token',
      accessUrl: endpoint.url,
    });
    await Promise.all(Array.from({ length: 12 }, () => transport.send(testEmail())));
    expect(trap.stats.messages).toBe(12);
    expect(endpoint.requests).toHaveLength(1);
  });

  it('renews a token that the server rejects without a 334', async () => {
    const endpoint = await startTokenEndpoint(grant);
    const { trap, transport } = await setUp({
      user: 'ada@example.com',
      accessToken: 'ya29.stale-access-token',
      refreshToken: 'refresh-token',
      accessUrl: endpoint.url,
    });
    trap.fault({ at: 'auth', kind: '5xx', reply: '535 5.7.3 Authentication unsuccessful', times: 1 });
    await transport.send(testEmail());
    expect(endpoint.requests).toHaveLength(1);
    expect(trap.stats).toMatchObject({ connections: 1, messages: 1 });
  });

  it('renews a token only once if the server rejects the new one too', async () => {
    const endpoint = await startTokenEndpoint(grant);
    const { trap, transport } = await setUp({
      user: 'ada@example.com',
      refreshToken: 'refresh-token',
      accessUrl: endpoint.url,
    });
    trap.fault({ at: 'auth', kind: '5xx', reply: '535 5.7.3 Authentication unsuccessful' });
    await expect(transport.send(testEmail())).rejects.toBeMailError('auth_failed', { retryable: false });
    expect(endpoint.requests).toHaveLength(1);
  });

  it('requests a token with the key of a service account', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const endpoint = await startTokenEndpoint(grant);
    const { trap, transport } = await setUp({
      user: 'ada@example.com',
      serviceClient: 'service-account',
      privateKey: String(privateKey.export({ type: 'pkcs8', format: 'pem' })).replaceAll('\n', '\\n'),
      accessUrl: endpoint.url,
    });
    await transport.send(testEmail());
    expect(trap.stats.messages).toBe(1);
    const [form] = endpoint.requests;
    expect(form?.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    const [head = '', claims = '', signature = ''] = form?.get('assertion')?.split('.') ?? [];
    expect(
      verify('sha256', Buffer.from(`${head}.${claims}`), publicKey, Buffer.from(signature, 'base64url')),
    ).toBe(true);
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
      iss: 'service-account',
      sub: 'ada@example.com',
      aud: endpoint.url,
      scope: 'https://mail.google.com/',
    });
  });

  it('reports a revoked grant as a permanent auth_failed', async () => {
    const endpoint = await startTokenEndpoint(() => ({
      status: 400,
      body: { error: 'invalid_grant', error_description: 'Token refresh-token has been revoked.' },
    }));
    const { transport } = await setUp({
      user: 'ada@example.com',
      refreshToken: 'refresh-token',
      accessUrl: endpoint.url,
    });
    const sending = transport.send(testEmail());
    await expect(sending).rejects.toBeMailError('auth_failed', { stage: 'auth', retryable: false });
    await expect(sending).rejects.toThrow('invalid_grant');
    await expect(sending).rejects.not.toThrow('refresh-token');
  });

  it.each([
    ['a forged log line', 'revoked\r\nERROR everything is lost'],
    ['a NUL character', 'rev\0oked'],
    ['a lone surrogate', 'revoked \ud800'],
    ['an escape sequence', 'revoked \u001b[2J'],
    ['half a megabyte', 'x'.repeat(500_000)],
  ])('reports an error description with %s as one clean, short line', async (_name, description) => {
    const endpoint = await startTokenEndpoint(() => ({
      status: 400,
      body: { error: 'invalid_grant', error_description: description, error_uri: description },
    }));
    const { transport } = await setUp({
      user: 'ada@example.com',
      refreshToken: 'refresh-token',
      accessUrl: endpoint.url,
    });
    const error: unknown = await transport.send(testEmail()).catch((reason: unknown) => reason);
    if (!(error instanceof MailError) || !(error.cause instanceof Error)) throw new TypeError('no MailError');
    for (const text of [error.message, error.cause.message]) {
      expect(text).toContain('invalid_grant');
      expect(text).not.toMatch(/\p{Cc}/u);
      expect(text.isWellFormed()).toBe(true);
      expect(text.length).toBeLessThanOrEqual(4000);
    }
  });

  it('limits the size of a token response', async () => {
    const endpoint = await startTokenEndpoint(() => ({ status: 400, body: 'x'.repeat(3_000_000) }));
    const { transport } = await setUp({
      user: 'ada@example.com',
      refreshToken: 'refresh-token',
      accessUrl: endpoint.url,
    });
    await expect(transport.send(testEmail())).rejects.toThrow('more than 1048576 bytes');
  });

  it('reports an error of the token endpoint as a temporary auth_failed', async () => {
    const endpoint = await startTokenEndpoint(() => ({ status: 503, body: 'Service Unavailable' }));
    const { transport } = await setUp({
      user: 'ada@example.com',
      refreshToken: 'refresh-token',
      accessUrl: endpoint.url,
    });
    await expect(transport.send(testEmail())).rejects.toBeMailError('auth_failed', {
      stage: 'auth',
      retryable: true,
    });
  });

  it('reports an incomplete token response as a temporary auth_failed', async () => {
    const server = createServer((request, response) => {
      response.writeHead(200, { 'content-length': 1000 }).write('{"access_token":', () => {
        request.socket.destroy();
      });
    });
    const accessUrl = await tokenUrlOf(server);
    const { transport } = await setUp({
      user: 'ada@example.com',
      refreshToken: 'refresh-token',
      accessUrl,
    });
    await expect(transport.send(testEmail())).rejects.toBeMailError('auth_failed', {
      stage: 'auth',
      retryable: true,
    });
  });

  it('aborts a pending token request when it is closed', async () => {
    const asked = Promise.withResolvers<void>();
    const gone = Promise.withResolvers<void>();
    const server = createServer((request) => {
      request.socket.once('close', () => gone.resolve());
      asked.resolve();
    });
    const accessUrl = await tokenUrlOf(server);
    const { transport } = await setUp({
      user: 'ada@example.com',
      refreshToken: 'refresh-token',
      accessUrl,
    });
    const controller = new AbortController();
    const sending = transport.send(testEmail(), { signal: controller.signal });
    await asked.promise;
    controller.abort();
    await expect(sending).rejects.toBeMailError('aborted', { stage: 'auth' });
    await transport.close();
    await gone.promise;
  });

  it('reports an unreachable token endpoint as a temporary auth_failed', async () => {
    const { transport } = await setUp({
      user: 'ada@example.com',
      refreshToken: 'refresh-token',
      accessUrl: 'http://127.0.0.1:9/token',
    });
    await expect(transport.send(testEmail())).rejects.toBeMailError('auth_failed', {
      stage: 'auth',
      retryable: true,
    });
  });

  it('reports a rejected token with a hint', async () => {
    const endpoint = await startTokenEndpoint(() => ({ status: 401, body: { error: 'invalid_client' } }));
    const { transport } = await setUp(clientCredentials(endpoint.url));
    await expect(transport.send(testEmail())).rejects.toMatchObject({
      code: 'auth_failed',
      retryable: false,
      hint: expect.stringContaining('auth.clientSecret'),
    });
  });

  it('keeps a client secret and a token out of errors, in every form', async () => {
    const auth = clientCredentials('');
    const { clientSecret } = auth;
    const inForm = new URLSearchParams({ client_secret: clientSecret })
      .toString()
      .slice('client_secret='.length);
    const forms = [clientSecret, encodeURIComponent(clientSecret), inForm];
    const endpoint = await startTokenEndpoint(() => ({
      status: 400,
      body: { error: 'invalid_client', error_description: `You said ${forms.join(' and ')}` },
    }));
    const { transport } = await setUp({ ...auth, accessUrl: endpoint.url });
    const refused: unknown = await transport.send(testEmail()).catch((reason: unknown) => reason);
    for (const form of forms) expect(inspect(refused, { depth: 9 })).not.toContain(form);
    expect(inspect(transport, { depth: 9 })).not.toContain(clientSecret);

    const { trap, transport: other } = await setUp({ user: 'ada@example.com' }, tokens(accessToken));
    const sent = Buffer.from(`user=ada@example.com\x01auth=Bearer ${accessToken}\x01\x01`).toString('base64');
    trap.fault({ at: 'auth', kind: '5xx', reply: `535 5.7.8 You said ${accessToken} in ${sent}` });
    const error: unknown = await other.send(testEmail()).catch((reason: unknown) => reason);
    for (const form of [accessToken, sent]) expect(inspect(error, { depth: 9 })).not.toContain(form);
  });
});

const clientCredentials = (accessUrl: string) => ({
  user: 'ada@example.com',
  clientId: 'client',
  clientSecret: 'client secret+/=?~!',
  scope: 'https://outlook.office365.com/.default',
  accessUrl,
});

/** Returns these tokens in turn, valid for an hour. */
function tokens(...given: string[]): GetAccessToken {
  const left = [...given];
  return async () => ({ token: left.shift() ?? 'none', expiresAt: new Date(Date.now() + 3_600_000) });
}

describe('client credentials', () => {
  it('sends a form to the token endpoint, once for all connections (RFC 6749 section 4.4)', async () => {
    const endpoint = await startTokenEndpoint(grant);
    const { trap, transport } = await setUp(clientCredentials(endpoint.url));
    await Promise.all(Array.from({ length: 12 }, () => transport.send(testEmail())));
    expect(trap.stats.messages).toBe(12);
    expect(trap.stats.logins).toBeGreaterThan(1);
    expect(endpoint.requests.map((form) => Object.fromEntries(form))).toEqual([
      {
        grant_type: 'client_credentials',
        client_id: 'client',
        client_secret: 'client secret+/=?~!',
        scope: 'https://outlook.office365.com/.default',
      },
    ]);
  });

  it('fetches another token once after the server rejects an earlier one', async () => {
    const endpoint = await startTokenEndpoint(grant);
    const { trap, transport } = await setUp(clientCredentials(endpoint.url));
    await transport.verify();
    trap.fault({ at: 'auth', kind: '5xx', reply: '535 5.7.3 Authentication unsuccessful', times: 1 });
    await Promise.all(Array.from({ length: 4 }, () => transport.send(testEmail())));
    expect(trap.stats.messages).toBe(4);
    expect(endpoint.requests).toHaveLength(2);
  });

  it.each([
    ['that expires soon is renewed', 30, 2],
    ['without an expiry is kept', undefined, 1],
  ])('a token %s', async (_case, expires_in, requests) => {
    const endpoint = await startTokenEndpoint(() => ({
      status: 200,
      body: { access_token: accessToken, expires_in },
    }));
    const { trap, transport } = await setUp(clientCredentials(endpoint.url));
    const fault = trap.fault({ at: 'mail', kind: 'reset', times: 1 });
    await expect(transport.send(testEmail())).rejects.toBeMailError('connection_failed');
    await fault.waitUntilFired();
    await transport.send(testEmail());
    expect(endpoint.requests).toHaveLength(requests);
  });

  it('does not follow a redirect with the client secret', async () => {
    const target = await startTokenEndpoint(grant);
    const server = createServer((_request, response) => {
      response.writeHead(307, { location: target.url, connection: 'close' }).end();
    });
    const accessUrl = await tokenUrlOf(server);
    const { transport } = await setUp(clientCredentials(accessUrl));
    await expect(transport.send(testEmail())).rejects.toBeMailError('auth_failed', { stage: 'auth' });
    expect(target.requests).toEqual([]);
  });
});

describe('getAccessToken', () => {
  it('is called once for all connections, with only the user in the config', async () => {
    const getAccessToken = vi.fn(tokens(accessToken));
    const { trap, transport } = await setUp({ user: 'ada@example.com' }, getAccessToken);
    await Promise.all(Array.from({ length: 12 }, () => transport.send(testEmail())));
    expect(trap.stats.messages).toBe(12);
    expect(getAccessToken).toHaveBeenCalledTimes(1);
  });

  it.each([
    [
      'a 535',
      (trap: SmtpTrap) => void trap.fault({ at: 'auth', kind: '5xx', reply: '535 5.7.3 No', times: 1 }),
    ],
    ['a 334', () => {}],
  ])('is called again once after %s to an earlier token', async (_case, refuse) => {
    const getAccessToken = vi.fn(tokens('ya29.first-token', accessToken));
    const { trap, transport } = await setUp({ user: 'ada@example.com' }, getAccessToken);
    await expect(transport.verify()).rejects.toBeMailError('auth_failed', { stage: 'auth' });
    refuse(trap);
    await transport.send(testEmail());
    expect(trap.stats.messages).toBe(1);
    expect(getAccessToken).toHaveBeenCalledTimes(2);
  });

  it.each<[string, GetAccessToken, object]>([
    ['fails', () => Promise.reject(new RangeError('secret')), { retryable: true }],
    [
      'throws',
      () => {
        throw new RangeError('secret');
      },
      { retryable: true },
    ],
    ['returns no token', tokens(''), { retryable: false }],
    ['returns a line break', tokens('a\r\nQUIT'), { retryable: false }],
    ['returns no date', async () => ({ token: 'a', expiresAt: new Date(Number.NaN) }), { retryable: false }],
  ])('leads to a typed error when it %s', async (_case, getAccessToken, details) => {
    const { transport } = await setUp({ user: 'ada@example.com' }, getAccessToken);
    const sending = transport.send(testEmail());
    await expect(sending).rejects.toBeMailError('auth_failed', { stage: 'auth', ...details });
    await expect(sending).rejects.toThrow('getAccessToken');
    await expect(sending).rejects.not.toThrow('secret');
  });

  it('is called again for a later email if it never returns', async () => {
    const getAccessToken = vi.fn(tokens(accessToken)).mockReturnValueOnce(new Promise(() => {}));
    const { trap, transport } = await setUp({ user: 'ada@example.com' }, getAccessToken, accessToken, {
      connectionTimeout: 200,
    });
    await expect(transport.send(testEmail())).rejects.toMatchObject({ stage: 'auth', retryable: true });
    // The connection may have given up a moment before the call.
    const isSent = () =>
      transport.send(testEmail()).then(
        () => true,
        () => false,
      );
    await expect.poll(isSent).toBe(true);
    expect(trap.stats.messages).toBe(1);
    expect(getAccessToken).toHaveBeenCalledTimes(2);
  });

  it('requires a user in the config', () => {
    expect(() =>
      createSmtpTransport({ host: '127.0.0.1', port: 25 }, { getAccessToken: tokens('a') }),
    ).toThrow('auth.user is required: set it to the address of the mailbox that sends');
  });
});
