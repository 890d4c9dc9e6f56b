import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express, { type RequestHandler } from 'express';
import { expect, onTestFinished, test } from 'vitest';
import { createLinkGuard, createRequestHandler } from './index.js';

const URL = 'https://app.example.com/open';
const guard = createLinkGuard({
  keys: [{ id: 'test', secret: 's'.repeat(32) }],
  ...{ url: URL, binding: 'browser', codeInEmail: true },
});

test.each<[string, RequestHandler[]]>([
  ['unread', []],
  ['parsed', [express.json(), express.urlencoded()]],
])('serves the page of a guard, with a form that is %s', async (_name, parsers) => {
  const app = express().use(...parsers, (_request, _response, next) => next());
  const server = app.all('/open', createRequestHandler(guard)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo; // listening on TCP
  const send = (path: string, init: RequestInit = {}) =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      redirect: 'manual',
      ...init,
      headers: { Connection: 'close', ...init.headers },
    });

  const expiresAt = new Date(Date.now() + 60_000);
  const { link, code = '', setCookie = '' } = await guard.protect(`${URL}/verify`, { expiresAt });
  const page = await (await send(link.replace('https://app.example.com', ''))).text();
  expect(page).toContain(code);
  const body = new URLSearchParams({ code });
  const headers = { Cookie: setCookie.split(';')[0] ?? '' };
  const entered = await send('/open', { method: 'POST', body, headers });
  expect(entered.status).toBe(200);
  expect(await entered.text()).toContain(`content="0;url=${URL}/verify"`);
  expect((await send('/open/elsewhere')).status).toBe(404);
});
