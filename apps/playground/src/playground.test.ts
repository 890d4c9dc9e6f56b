import { createServer, get } from 'node:http';
import { type ConnectorConfig, parseConnectorConfig } from '@postern/core';
import { startSmtpTrap } from '@postern/testing';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { readConfigFile } from './config-file.js';
import type { EmailSummary, ListedEmail } from './mail-list.js';
import { type PlaygroundOptions, startPlayground } from './playground.js';

vi.setConfig({ testTimeout: 30_000 });

async function builtInConfig(): Promise<ConnectorConfig> {
  const { config } = await readConfigFile(new URL('../connector.json', import.meta.url));
  if (!config) throw new Error('The built-in config is broken.');
  return config;
}

/** A running playground, and ways to talk to it over HTTP. */
async function start(options: Partial<PlaygroundOptions> = {}) {
  const lines: string[] = [];
  const playground = await startPlayground({
    config: await builtInConfig(),
    mode: 'trap',
    port: 0,
    print: (line) => void lines.push(line),
    ...options,
  });
  onTestFinished(() => playground.close());
  const url = (path: string) => new URL(path, playground.url);
  const getJson = async <T>(path: string): Promise<T> => (await (await fetch(url(path))).json()) as T;
  return {
    playground,
    lines,
    url,
    getJson,
    async list() {
      return (await getJson<{ emails: EmailSummary[] }>('/api/emails')).emails;
    },
    email: (id: number) => getJson<ListedEmail>(`/api/emails/${id}`),
    async post(body: unknown, headers: Record<string, string> = { 'Content-Type': 'application/json' }) {
      const response = await fetch(url('/api/emails'), {
        method: 'POST',
        headers,
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    },
  };
}

/** The config, with a trap of the test's own as the real server. */
async function startWithServer(options: Partial<PlaygroundOptions> = {}) {
  const auth = { user: 'postern', pass: 'correct horse' };
  const trap = await startSmtpTrap({ auth });
  onTestFinished(() => trap.close());
  const { templates, fromEmail } = await builtInConfig();
  const tls = { ca: trap.certificate };
  const config = parseConnectorConfig({
    ...{ host: trap.host, port: trap.port, auth, tls },
    ...{ templates, fromEmail, defaultLocale: 'en', replyTo: 'Help <help@acme.example>' },
  });
  return { trap, ...(await start({ config, mode: 'server', ...options })) };
}

/** Reads server-sent events until the stream ends or one of them satisfies the predicate. */
async function readEvents(response: Response, isLast: (text: string) => boolean = () => false) {
  let text = '';
  if (!response.body) return text;
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (isLast(text)) break;
  }
  return text;
}

const SIGN_IN = { to: 'grace@example.com', type: 'SignIn', payload: { code: '112233' } };

describe('a playground with the built-in config', () => {
  it('has sent one email of each usage type, and each language, through login and TLS', async () => {
    const { list, email, lines } = await start();
    const emails = await list();
    expect(emails.map(({ type, locale }) => [type, locale].join(' ').trim())).toEqual([
      'BindMfa',
      'MfaVerification',
      'BindNewIdentifier',
      'UserPermissionValidation',
      'OrganizationInvitation',
      'Generic',
      'ForgotPassword',
      'SignIn de',
      'SignIn en',
      'Register',
    ]);
    for (const { id } of emails) {
      const { session, source, text, to } = await email(id);
      expect(session).toEqual({ secure: true, user: 'demo' });
      expect(to).toBe('ada@example.com');
      expect(source).toContain('Message-ID: ');
      expect(text).not.toBe('');
    }
    expect(lines).toHaveLength(11);
    expect(lines[1]).toMatch(/^mail\.sent Register a\*\*\*@example\.com \d+ ms$/);
    expect(lines.join('\n')).not.toMatch(/194207|482913|ada@/);
  });

  it('sends through the Logto connector, in the language that was asked for', async () => {
    const { post, list, email } = await start();
    const sent = await post({ ...SIGN_IN, locale: 'de', via: 'logto' });
    expect(sent).toMatchObject({ status: 201, body: { accepted: SIGN_IN.to, attempts: 1 } });
    const [newest] = await list();
    expect(newest).toMatchObject({ type: 'SignIn', via: 'logto', to: SIGN_IN.to });
    const { subject, session } = await email(newest?.id ?? 0);
    expect(subject).toBe('112233 ist Ihr Anmeldecode');
    expect(session).toEqual({ secure: true, user: 'demo' });
  });

  it.each([
    [{ to: 'a@example.com,b@example.com' }, 400, { code: 'recipient_invalid' }],
    [{ type: 'NoSuchType' }, 400, { code: 'payload_invalid' }],
    [{ payload: 'text' }, 400, { code: 'payload_invalid' }],
  ])('says what the Logto connector says: %j', async (change, status, body) => {
    const { post } = await start();
    expect(await post({ ...SIGN_IN, via: 'logto', ...change })).toMatchObject({ status, body });
  });

  it('sends through the queue, and says what became of it', async () => {
    const { post, list, email, getJson } = await start();
    const { status, body } = await post({ ...SIGN_IN, locale: 'de', via: 'queue' });
    expect({ status, body }).toMatchObject({
      status: 202,
      body: {
        state: expect.stringMatching(/^(?:queued|sending|sent)$/),
        lane: 'codes',
        to: 'g***@example.com',
      },
    });
    const ask = () => getJson<Record<string, unknown>>(`/api/deliveries/${body.id}`);
    await expect.poll(ask, { timeout: 20_000 }).toMatchObject({ state: 'sent', attempts: 1 });
    const [newest] = await list();
    expect(newest).toMatchObject({ type: 'SignIn', via: 'queue', to: SIGN_IN.to });
    const { subject, headers } = await email(newest?.id ?? 0);
    expect(subject).toBe('112233 ist Ihr Anmeldecode');
    expect(headers).toContainEqual({ name: 'Message-ID', value: (await ask()).messageId });
  });

  it('sends through the Express router, over HTTP', async () => {
    const { post, list, email, url } = await start();
    const sent = await post({ ...SIGN_IN, locale: 'de', via: 'express' });
    expect(sent).toMatchObject({ status: 201, body: { accepted: SIGN_IN.to } });
    const [newest] = await list();
    expect(newest).toMatchObject({ type: 'SignIn', via: 'express', to: SIGN_IN.to });
    expect((await email(newest?.id ?? 0)).subject).toBe('112233 ist Ihr Anmeldecode');
    // Nobody else may.
    const headers = { 'Content-Type': 'application/json' };
    const answer = await fetch(url('/mail/messages'), { method: 'POST', headers, body: '{}' });
    expect([answer.status, await answer.json()]).toMatchObject([401, { code: 'unauthorized' }]);
  });

  it.each(['queue', 'express'])('is told at once what the %s refuses', async (via) => {
    const { post, list } = await start();
    for (const [change, code] of [
      [{ to: 'a@example.com,b@example.com' }, 'recipient_invalid'],
      [{ payload: {} }, 'payload_invalid'],
    ] as const) {
      const answer = await post({ ...SIGN_IN, via, ...change });
      expect(answer).toMatchObject({ status: 400, body: { code, message: expect.any(String) } });
    }
    expect(await list()).toHaveLength(10);
  });

  it('tells the form what it needs, and no secret', async () => {
    const { getJson } = await start();
    const config = await getJson<{ usageTypes: { type: string; locales: string[] }[] }>('/api/config');
    expect(config).toMatchObject({
      mode: 'trap',
      server: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      fromEmail: 'Acme <noreply@acme.example>',
      defaultLocale: 'en',
      recipient: 'ada@example.com',
    });
    expect(config.usageTypes).toHaveLength(9);
    expect(config.usageTypes[1]).toEqual({
      type: 'SignIn',
      locales: ['en', 'de'],
      payload: { code: '482913', application: { name: 'Acme' } },
    });
    expect(JSON.stringify(config)).not.toContain('demo');
  });

  it('sends what the form asks for', async () => {
    const { post, list, email } = await start();
    const { status, body } = await post({ ...SIGN_IN, locale: 'de-AT' });
    expect(status).toBe(201);
    expect(body).toMatchObject({ accepted: 'grace@example.com', attempts: 1, transport: 'smtp' });
    const [newest] = await list();
    expect(newest).toMatchObject({ id: 11, type: 'SignIn', locale: 'de', to: 'grace@example.com' });
    const { subject, html, headers } = await email(11);
    expect(subject).toBe('112233 ist Ihr Anmeldecode');
    expect(html).toContain('112233');
    expect(headers).toContainEqual({ name: 'Message-ID', value: body.messageId });
  });

  it('takes an empty locale for none', async () => {
    const { post, list } = await start();
    expect(await post({ ...SIGN_IN, locale: '' })).toMatchObject({ status: 201 });
    expect((await list())[0]).toMatchObject({ locale: 'en' });
  });

  it('announces new mail to open pages, and lets them go when it closes', async () => {
    const { playground, url, post } = await start();
    const response = await fetch(url('/api/events'));
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const other = await fetch(url('/api/events'));
    await post(SIGN_IN);
    const events = await readEvents(response, (text) => text.includes('"id":11'));
    expect(events).toMatch(/^event: email\ndata: \{.*"subject":"112233 is your sign-in code"\}$/m);
    await playground.close();
    expect(await readEvents(other)).toContain('event: email');
    await expect(fetch(url('/'))).rejects.toThrow();
  });
});

describe('a bad request', () => {
  it.each([
    ['a list of recipients', { ...SIGN_IN, to: 'a@example.com, b@example.com' }, 'recipient_invalid'],
    ['no recipient', { ...SIGN_IN, to: undefined }, 'recipient_invalid'],
    ['no code', { ...SIGN_IN, payload: {} }, 'payload_invalid'],
    ['a payload that is a list', { ...SIGN_IN, payload: [] }, 'payload_invalid'],
    ['no type', { ...SIGN_IN, type: '' }, 'payload_invalid'],
    [
      'a variable that the template lacks',
      { ...SIGN_IN, type: 'OrganizationInvitation', payload: { link: 'https://x.example/' } },
      'payload_invalid',
    ],
    ['a list', [], 'payload_invalid'],
  ])('%s is answered with what is wrong', async (_, request, code) => {
    const { post } = await start();
    const { status, body } = await post(request);
    expect({ status, code: body.code }).toEqual({ status: 400, code });
    expect(body).toMatchObject({
      stage: expect.any(String),
      retryable: false,
      message: expect.any(String),
    });
  });

  it('that is broken JSON is not repeated', async () => {
    const { post } = await start();
    const { status, body } = await post('{"to": "grace@example.com", secret');
    expect(status).toBe(400);
    expect(body).toEqual({ code: 'json_invalid', message: 'The body is not valid JSON.' });
  });

  it('without a body has an answer too', async () => {
    const { post } = await start();
    expect((await post('')).status).toBe(400);
  });

  it('that is too large is refused', async () => {
    const { post } = await start();
    const { status, body } = await post({ ...SIGN_IN, payload: { code: 'x'.repeat(200_000) } });
    expect({ status, code: body.code }).toEqual({ status: 413, code: 'body_too_large' });
  });

  it('for something that is not there gets a 404', async () => {
    const { url } = await start();
    for (const path of [
      '/api/emails/99',
      '/api/emails/x',
      '/api/emails/5/preview',
      '/api/deliveries/x',
      '/api/x',
      '/src/main.ts',
    ]) {
      const response = await fetch(url(path));
      expect([path, response.status]).toEqual([path, 404]);
      expect(await response.json()).toMatchObject({ code: 'not_found' });
    }
  });
});

describe('other sites', () => {
  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    "can't send mail with a form of type %s",
    async (type) => {
      const { post, list } = await start();
      const { status, body } = await post(SIGN_IN, { 'Content-Type': type });
      expect({ status, code: body.code }).toEqual({ status: 415, code: 'json_required' });
      expect(await list()).toHaveLength(10);
    },
  );

  it('are not told that they may send JSON', async () => {
    const { url } = await start();
    const response = await fetch(url('/api/emails'), {
      method: 'OPTIONS',
      headers: { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST' },
    });
    await response.arrayBuffer();
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });

  it.each([
    ['evil.example', 403],
    ['127.0.0.1.evil.example:80', 403],
    ['localhost:9999', 200],
    ['LOCALHOST', 200],
    ['127.0.0.1', 200],
  ])("can't give it a name of their own: Host %s", async (host, status) => {
    const { url } = await start();
    for (const path of ['/', '/api/emails']) {
      // `fetch` does not let anyone choose the host.
      const answer = await new Promise((resolve, reject) => {
        const request = get(url(path), { headers: { Host: host }, agent: false }, (response) => {
          response.resume().on('end', () => resolve(response.statusCode));
        });
        request.on('error', reject);
      });
      expect(answer).toBe(status);
    }
  });
});

describe('the page', () => {
  it('runs nothing but its own files', async () => {
    const { url } = await start();
    const response = await fetch(url('/'));
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy.split('; ')).toEqual(
      expect.arrayContaining(["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"]),
    );
    expect(policy).not.toContain('unsafe');
    const html = await response.text();
    expect(html.match(/<script[^>]*>[^<]*/g)).toEqual(['<script type="module" src="playground.js">']);
    expect(html).not.toMatch(/ on\w+=| style=/);
    for (const [path, type] of [
      ['/playground.js', 'text/javascript'],
      ['/playground.css', 'text/css'],
    ] as const) {
      const file = await fetch(url(path));
      expect(file.headers.get('content-type')).toContain(type);
      const text = await file.text();
      expect(text).not.toMatch(/innerHTML|insertAdjacentHTML|document\.write|srcdoc/);
    }
  });

  it('shows html in a sandbox that can do nothing', async () => {
    const { url } = await start();
    const script = await (await fetch(url('/playground.js'))).text();
    expect(script).toContain("frame.setAttribute('sandbox', '')");
    const response = await fetch(url('/api/emails/1/preview'));
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')?.split('; ')).toEqual([
      'sandbox',
      "default-src 'none'",
      "style-src 'unsafe-inline'",
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'self'",
    ]);
    expect(await response.text()).toContain('194207');
  });

  it('never gets markup from a value', async () => {
    const { post, email } = await start();
    const name = '<img src=x onerror=alert(1)>';
    await post({ ...SIGN_IN, payload: { code: '112233', application: { name } } });
    const { html } = await email(11);
    expect(html).not.toContain('<img');
    expect(html).toContain('&lt;img');
  });
});

describe('a playground with a real server', () => {
  it('sends nothing by itself', async () => {
    const { trap, list, lines, getJson } = await startWithServer();
    expect(await list()).toEqual([]);
    expect(trap.stats.connections).toBe(0);
    expect(lines).toEqual([`Mail is really sent, through ${trap.host}:${trap.port}.`]);
    expect(await getJson('/api/config')).toMatchObject({ mode: 'server' });
  });

  it('shows what was sent, with the receipt', async () => {
    const { trap, post, list, email } = await startWithServer();
    const { body } = await post(SIGN_IN);
    expect(trap.inbox.messages).toHaveLength(1);
    expect(await list()).toHaveLength(1);
    const shown = await email(1);
    expect(shown).toMatchObject({
      type: 'SignIn',
      from: 'Acme <noreply@acme.example>',
      to: 'grace@example.com',
      receipt: body,
    });
    expect(shown).not.toHaveProperty('source');
    expect(shown.headers).toContainEqual({ name: 'Reply-To', value: 'Help <help@acme.example>' });
    expect(shown.headers).toContainEqual({ name: 'Auto-Submitted', value: 'auto-generated' });
  });

  it.each([
    ['rcpt', '550 5.1.1 No such user', 502, { code: 'recipient_rejected', stage: 'rcpt', retryable: false }],
    ['mail', '451 4.7.28 Too many messages, slow down', 429, { code: 'rate_limited', retryable: true }],
    ['auth', '535 5.7.8 Username and Password not accepted', 502, { code: 'auth_failed', stage: 'auth' }],
  ] as const)('passes on that the server refused at %s', async (at, reply, status, expected) => {
    const { trap, post, list, lines } = await startWithServer();
    trap.fault({ at, kind: reply.startsWith('4') ? '4xx' : '5xx', reply });
    const answer = await post(SIGN_IN);
    expect(answer).toMatchObject({
      status,
      body: { ...expected, message: expect.any(String), response: reply },
    });
    expect(await list()).toEqual([]);
    expect(lines.at(-1)).toContain(`mail.failed SignIn en g***@example.com ${expected.code} at ${at}`);
  });

  it('does not wait for a server that hangs when it is closed in the middle of a queued email', async () => {
    const { trap, playground, post } = await startWithServer({ closingGrace: 0 });
    const stalled = trap.fault({ at: 'rcpt', kind: 'stall' });
    expect(await post({ ...SIGN_IN, via: 'queue' })).toMatchObject({ status: 202 });
    await stalled.waitUntilFired();
    await playground.close();
    expect(trap.inbox.messages).toEqual([]);
  });

  it('does not wait for a server that hangs when it is closed in the middle of an email by HTTP', async () => {
    const { trap, playground, post } = await startWithServer({ closingGrace: 0 });
    const stalled = trap.fault({ at: 'rcpt', kind: 'stall' });
    const answer = post({ ...SIGN_IN, via: 'express' });
    await stalled.waitUntilFired();
    await playground.close();
    expect(await answer).toMatchObject({ status: 503, body: { code: 'mail_server_unavailable' } });
  });

  it('does not wait for a server that hangs when it is closed', async () => {
    const { trap, playground, post } = await startWithServer({ closingGrace: 0 });
    trap.fault({ at: 'rcpt', kind: 'stall' });
    const answer = post(SIGN_IN);
    await trap.waitUntil(({ commands }) => commands.RCPT === 1);
    await playground.close();
    expect(await answer).toMatchObject({ status: 503, body: { code: 'aborted' } });
  });
});

describe('the port', () => {
  async function takePort() {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => new Promise((resolve) => void server.close(() => resolve())));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('not on a TCP port');
    return address.port;
  }

  it('that was asked for has to be free', async () => {
    const port = await takePort();
    await expect(start({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('can be another when nobody asked for one', async () => {
    const port = await takePort();
    const { playground, lines } = await start({ port, orFreePort: true });
    const actual = new URL(playground.url).port;
    expect(actual).not.toBe(String(port));
    expect(lines.at(-1)).toBe(`Port ${port} is taken, so it is ${actual}.`);
  });
});
