import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makePage, rawRequest, run } from '../fixtures/running-playground.js';
import type { Problem } from './wire/problem.js';

const json = { 'Content-Type': 'application/json' };

describe('access to the playground', () => {
  it.each(['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example:80', '[::1]'])(
    'is rejected with the host name %j',
    async (host) => {
      const { url } = await run();
      for (const path of ['/', '/api/session', '/api/events', '/api/inbox']) {
        const { status, text } = await rawRequest(url, { path, headers: { Host: host } });
        expect([path, status]).toEqual([path, 403]);
        expect(text).toContain('host_refused');
        expect(text).not.toContain('token":');
      }
    },
  );

  it.each(['localhost', 'LOCALHOST:4321', '127.0.0.1:80'])(
    'is granted with the host name %j',
    async (host) => {
      const { url } = await run();
      expect((await rawRequest(url, { path: '/api/session', headers: { Host: host } })).status).toBe(200);
    },
  );

  const CHANGES = [
    ['POST', '/api/send/core'],
    ['POST', '/api/doctor'],
    ['PUT', '/api/config'],
    ['PUT', '/api/templates'],
    ['POST', '/api/deliveries'],
    ['POST', '/api/sign-in/start'],
    ['POST', '/api/sign-in/link/confirm'],
    ['PUT', '/api/servers/primary/faults/down'],
    ['DELETE', '/api/inbox'],
    ['DELETE', '/api/servers/faults'],
  ];

  it('requires the token for every change', async () => {
    const { url, list, token } = await run({ hasSamples: true });
    for (const [method = '', path = ''] of CHANGES) {
      for (const wrong of [undefined, '', 'x', token.slice(1), `${token}x`]) {
        const headers = { ...json, ...(wrong !== undefined && { 'X-Postern-Token': wrong }) };
        const response = await fetch(url + path, {
          method,
          headers,
          ...(method !== 'DELETE' && { body: '{}' }),
        });
        const problem = (await response.json()) as Problem;
        expect([method, path, response.status, problem.code]).toEqual([method, path, 403, 'token_missing']);
        expect(problem.hint).toContain('Reload the page');
      }
    }
    await expect.poll(async () => (await list()).length).toBeGreaterThan(0);
  });

  it('is rejected for other sites', async () => {
    const { url, token } = await run();
    const headers = { ...json, 'X-Postern-Token': token };
    const refused: Record<string, string>[] = [
      { Origin: 'https://evil.example' },
      { Origin: 'null' },
      { Origin: 'http://127.0.0.1:1' },
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site' },
      { 'Sec-Fetch-Site': 'none' },
    ];
    for (const each of refused) {
      const answer = await rawRequest(url, {
        ...{ method: 'DELETE', path: '/api/inbox' },
        headers: { Host: new URL(url).host, ...headers, ...each },
      });
      expect([each, answer.status]).toEqual([each, 403]);
      expect(answer.text).toContain('cross_site');
    }
    const read = await rawRequest(url, { path: '/api/config', headers: { 'Sec-Fetch-Site': 'cross-site' } });
    expect(read.status).toBe(403);
    const own = { Host: new URL(url).host, Origin: url, 'Sec-Fetch-Site': 'same-origin' };
    const answer = await rawRequest(url, {
      method: 'DELETE',
      path: '/api/inbox',
      headers: { ...headers, ...own },
    });
    expect(answer.status).toBe(204);
  });
});

describe('bodies', () => {
  it('must be JSON within the size limit', async () => {
    const { url, token } = await run();
    const send = (body: string, type: string) =>
      fetch(`${url}/api/config/inspect`, {
        method: 'POST',
        headers: { 'X-Postern-Token': token, 'Content-Type': type },
        body,
      });
    const answers = [
      await send('{"text":"{}"}', 'text/plain'),
      await send('text=1', 'application/x-www-form-urlencoded'),
      await send('{"secret-half-', 'application/json'),
      await send('[]', 'application/json'),
      await send('{"text":1}', 'application/json'),
      await send(JSON.stringify({ text: 'x'.repeat(2_000_000) }), 'application/json'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([415, 415, 400, 400, 400, 413]);
    for (const answer of answers) {
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(await answer.text()).not.toContain('secret-half');
    }
  });

  it('must not be nested too deeply', async () => {
    const { url, token } = await run();
    const payload = `{"x":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`;
    const template = JSON.stringify({
      ...{ usageType: 'SignIn', contentType: 'text/html', subject: 'Code' },
      content: `${'<div>'.repeat(20_000)}{{code}}`,
    });
    const bodies = {
      '/api/send/express': `{"to":"ada@example.com","type":"SignIn","payload":${payload}}`,
      '/api/config/patch': `{"text":"{}","patch":${payload}}`,
      '/api/compose/preview': `{"template":${template},"payload":{"code":"123456"}}`,
    };
    for (const [path, body] of Object.entries(bodies)) {
      const headers = { ...json, 'X-Postern-Token': token };
      const answer = await fetch(url + path, { method: 'POST', headers, body });
      expect([path, await answer.json()]).toMatchObject([path, { status: 400, code: 'request_invalid' }]);
    }
  });

  it('are problems for unknown routes', async () => {
    const { get } = await run();
    expect(await get('/api/nothing')).toMatchObject({ status: 404, code: 'not_found' });
  });
});

describe('the page', () => {
  it('has the token, a new nonce, and a strict policy', async () => {
    const { url, token } = await run({ pageFolder: await makePage() });
    const [one, other] = [await fetch(url), await fetch(url)];
    const html = await one.text();
    const policy = one.headers.get('content-security-policy') ?? '';
    const nonce = /style-src 'self' 'nonce-([^']+)'/.exec(policy)?.[1] ?? '';
    expect(html).toContain(`content="${token}"`);
    expect(html).toContain(`nonce="${nonce}"`);
    expect(Buffer.from(nonce, 'base64').byteLength).toBe(16);
    expect(other.headers.get('content-security-policy')).not.toBe(policy);
    expect(policy).toContain("default-src 'none'; script-src 'self'; ");
    expect(policy).not.toMatch(/unsafe|\*|http/);
    expect(one.headers.get('cache-control')).toBe('no-store');
    expect(one.headers.get('x-content-type-options')).toBe('nosniff');
    expect(one.headers.get('referrer-policy')).toBe('no-referrer');
  });

  it('has assets with immutable caching', async () => {
    const pageFolder = await makePage();
    await mkdir(join(pageFolder, 'assets'));
    await writeFile(join(pageFolder, 'assets', 'a.js'), 'void 0;');
    const { url } = await run({ pageFolder });
    const { headers } = await fetch(`${url}/assets/a.js`);
    expect(headers.get('cache-control')).toContain('immutable');
    expect((await fetch(`${url}/assets/b.js`)).status).toBe(404);
  });

  it.each([
    '/../package.json',
    '/..%2fpackage.json',
    '/%2e%2e/%2e%2e/package.json',
    '/assets/..%5c..%5cpackage.json',
    '/.%00/index.html',
    '//etc/passwd',
  ])('exposes no other files: %s', async (path) => {
    const { url } = await run({ pageFolder: join(await makePage()) });
    const { status, text } = await rawRequest(url, { path });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(text).not.toMatch(/root:|"name"/);
  });

  it('reports a missing build', async () => {
    const { get } = await run({ pageFolder: '/nowhere' });
    expect(await get('/')).toMatchObject({ status: 404, hint: expect.stringContaining('build') });
  });
});
