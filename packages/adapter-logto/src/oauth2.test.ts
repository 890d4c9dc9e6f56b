import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { TemplateType } from '@logto/connector-kit';
import { startSmtpTrap } from '@postern/testing';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import createConnector from './index.js';
import { closeTransports } from './send-message.js';

afterEach(async () => {
  await closeTransports();
});

const ACCESS_TOKEN = 'ya29.access-token';

/** A token endpoint on loopback. */
async function startTokenEndpoint(status = 200) {
  const requests: URLSearchParams[] = [];
  const server = createServer(async (request, response) => {
    requests.push(new URLSearchParams(await text(request)));
    const body =
      status === 200 ? { access_token: ACCESS_TOKEN, expires_in: 3600 } : { error: 'invalid_grant' };
    response
      .writeHead(status, { 'content-type': 'application/json', connection: 'close' })
      .end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const { port } = server.address() as AddressInfo; // listening on TCP
  return { url: `http://127.0.0.1:${port}/token`, requests };
}

async function setUp(auth: object) {
  const trap = await startSmtpTrap({ auth: { user: 'ada@example.com', accessToken: ACCESS_TOKEN } });
  onTestFinished(() => trap.close());
  const templates = ['Register', 'SignIn', 'ForgotPassword', 'Generic'].map((usageType) => ({
    usageType,
    contentType: 'text/plain',
    subject: 'Your code',
    content: '{{code}}',
  }));
  const config = {
    ...{ host: trap.host, port: trap.port, tls: { ca: trap.certificate }, auth },
    ...{ fromEmail: 'ada@example.com', templates },
  };
  const { sendMessage, configGuard } = await createConnector({ getConfig: async () => config });
  expect(configGuard.safeParse(config).success).toBe(true);
  return {
    trap,
    config,
    send: (tested?: unknown) =>
      sendMessage({ to: 'bob@example.com', type: TemplateType.SignIn, payload: { code: '482913' } }, tested),
  };
}

test.each(['oauth2', 'OAuth2', 'OAUTH2', undefined])(
  'logs in with a refresh token, type %s',
  async (type) => {
    const endpoint = await startTokenEndpoint();
    const { trap, send } = await setUp({
      ...{ type, user: 'ada@example.com', clientId: 'client', clientSecret: 'client-secret' },
      ...{ refreshToken: 'refresh-token', accessUrl: endpoint.url },
    });
    await Promise.all([send(), send(), send()]);
    expect(trap.stats.messages).toBe(3);
    expect(endpoint.requests.map((request) => request.get('refresh_token'))).toEqual(['refresh-token']);
  },
);

test('logs in with the key of a service account', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const endpoint = await startTokenEndpoint();
  const { trap, send } = await setUp({
    ...{ type: 'OAuth2', user: 'ada@example.com', serviceClient: '113600000000000000000' },
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    accessUrl: endpoint.url,
  });
  await send();
  expect(trap.stats).toMatchObject({ messages: 1, logins: 1 });
  expect(endpoint.requests[0]?.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
});

test('logs in with a given token, regardless of its endpoint', async () => {
  const { trap, send } = await setUp({
    user: 'ada@example.com',
    accessToken: ACCESS_TOKEN,
    accessUrl: 'none',
  });
  await send();
  expect(trap.stats).toMatchObject({ messages: 1, logins: 1 });
});

test('reports a revoked grant without revealing it', async () => {
  const endpoint = await startTokenEndpoint(400);
  const { send, config } = await setUp({
    ...{ type: 'oauth2', user: 'ada@example.com', clientId: 'client', clientSecret: 'client-secret' },
    ...{ refreshToken: 'refresh-token', accessUrl: endpoint.url },
  });
  const sending = send(config);
  await expect(sending).rejects.toMatchObject({ code: 'general', data: { code: 'auth_failed' } });
  await expect(sending).rejects.toThrow('invalid_grant');
  await expect(sending).rejects.not.toThrow('client-secret');
});
