// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references in a config look like that
import { apiProviders } from '@postern/core';
import { startSmtpTrap } from '@postern/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { run } from '../fixtures/running-playground.js';
import type { FilledConfig, InspectedConfig, ProviderList, RunningConfig } from './wire/config.js';
import type { DoctorLine } from './wire/doctor.js';
import type { Problem } from './wire/problem.js';

const inspect = async (running: Awaited<ReturnType<typeof run>>, text: string) =>
  (await running.post<InspectedConfig>('/api/config/inspect', { text })).body;

const lines = (body: string): DoctorLine[] =>
  body
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('the config', () => {
  it('starts with a local server and references to secrets', async () => {
    const running = await run();
    const config = await running.get<RunningConfig>('/api/config');
    expect(config).toMatchObject({ issues: [], delivery: { mode: 'trap' } });
    expect(config.text).not.toMatch(/demo-password|BEGIN/);
    expect(config.text).toContain('"pass": "${PLAYGROUND_PASSWORD}"');
    expect(await inspect(running, config.text)).toEqual({ isUsable: true, issues: [], hosts: [] });
  });

  it('is checked with line, column, and hint', async () => {
    const running = await run();
    const { text } = await running.get<RunningConfig>('/api/config');
    const { isUsable, issues } = await inspect(running, text.replace('"host"', '"hots"'));
    expect(isUsable).toBe(false);
    expect(issues).toContainEqual(
      expect.objectContaining({ code: 'unknown_key', path: 'hots', line: 2, column: 3 }),
    );
    const broken = await inspect(running, '{\n  "host": "secret-word",,\n}');
    expect(broken.issues).toMatchObject([{ code: 'json_syntax', line: 2 }]);
    expect(JSON.stringify(broken)).not.toContain('secret-word');
  });

  it('lists the remote hosts that it would connect to', async () => {
    const running = await run();
    const oauth = { host: 'smtp.gmail.com', auth: { type: 'OAuth2', accessUrl: 'https://tokens.example/x' } };
    expect((await inspect(running, JSON.stringify(oauth))).hosts).toEqual([
      'smtp.gmail.com',
      'tokens.example',
    ]);
    expect((await inspect(running, '{"url":"smtps://a:b@smtp.example.com"}')).hosts).toEqual([
      'smtp.example.com',
    ]);
    expect((await inspect(running, '{"host":"localhost"}')).hosts).toEqual([]);
  });

  it('stays the same if a new config is not valid', async () => {
    const { put, get } = await run();
    const refused = await put<Problem>('/api/config', { text: '{}' });
    expect(refused.status).toBe(422);
    expect(refused.body).toMatchObject({ code: 'config_invalid' });
    expect(refused.body.issues?.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['host', 'fromEmail']),
    );
    expect(await get<RunningConfig>('/api/config')).toMatchObject({
      text: expect.stringContaining('acme.example'),
    });
  });

  it('provides the sender and the templates without connecting to a remote server', async () => {
    const { get, post, put, list } = await run();
    const { text } = await get<RunningConfig>('/api/config');
    const { body } = await post<FilledConfig>('/api/config/fill', { text, provider: 'gmail' });
    expect(JSON.parse(body.text)).toMatchObject({
      ...{ host: 'smtp.gmail.com', port: 465, secure: true },
      auth: { user: 'noreply@acme.example', pass: '${SMTP_PASS}' },
    });
    const filled = body.text.replace('${SMTP_PASS}', 'abcdefghijklmnop').replace('Acme <', 'Elsewhere <');
    const applied = await put<RunningConfig>('/api/config', { text: filled });
    expect(applied.body).toMatchObject({ withheldHosts: ['smtp.gmail.com'], delivery: { mode: 'trap' } });
    await post('/api/send/core', { to: 'grace@example.com', type: 'SignIn', payload: { code: '112233' } });
    await expect.poll(() => list('?q=grace')).toMatchObject([{ from: 'Elsewhere <noreply@acme.example>' }]);
  });

  it('accepts the settings of each provider', async () => {
    const running = await run();
    const { text } = await running.get<RunningConfig>('/api/config');
    const { providers } = await running.get<ProviderList>('/api/config/providers');
    expect(providers.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['gmail', 'sendgrid', 'aliyun', 'other']),
    );
    for (const { id, hosts } of providers) {
      const { body } = await running.post<FilledConfig>('/api/config/fill', { text, provider: id });
      if (hosts.length > 0) expect((await inspect(running, body.text)).hosts).toEqual([hosts[0]]);
    }
    for (const choice of [
      { provider: 'unknown' },
      { api: 'unknown' },
      { provider: 'gmail', api: 'gmail' },
      {},
    ])
      expect((await running.post('/api/config/fill', { text, ...choice })).status).toBe(400);
    expect(await running.get('/api/config/schema')).toMatchObject({ type: 'object' });
  });
});

describe('the API of a provider', () => {
  it('fills in each API with its variables, without SMTP settings', async () => {
    const running = await run();
    const { text } = await running.get<RunningConfig>('/api/config');
    const { fromEmail, replyTo, templates, defaultLocale } = JSON.parse(text);
    const { apis } = await running.get<ProviderList>('/api/config/providers');
    expect(apis.map(({ name }) => name)).toEqual(apiProviders.map(({ name }) => name));
    for (const { name, variables } of apis) {
      const { body } = await running.post<FilledConfig>('/api/config/fill', { text, api: name });
      const { provider, ...others } = JSON.parse(body.text);
      expect(others).toEqual({ fromEmail, replyTo, templates, defaultLocale });
      expect(provider.name).toBe(name);
      expect(Object.values(provider).slice(1)).toEqual(variables.map((variable) => `\${${variable}}`));

      const { api, issues } = await inspect(running, body.text);
      expect(api).toBe(name);
      // Only the values of the variables are missing.
      for (const { message } of issues) expect(message).toMatch(/[A-Z]+_[A-Z_]+/);
    }
  });

  it('replaces the former provider or providers', async () => {
    const running = await run();
    const { text } = await running.get<RunningConfig>('/api/config');
    const fill = async (former: string, choice: object) =>
      (await running.post<FilledConfig>('/api/config/fill', { text: former, ...choice })).body.text;
    const api = await fill(text, { api: 'resend' });
    expect(JSON.parse(await fill(api, { api: 'mailgun' })).provider).toEqual({
      name: 'mailgun',
      apiKey: '${MAILGUN_API_KEY}',
      domain: '${MAILGUN_DOMAIN}',
    });
    const { provider, ...others } = JSON.parse(api);
    for (const former of [api, JSON.stringify({ ...others, providers: [provider] })]) {
      const server = JSON.parse(await fill(former, { provider: 'sendgrid' }));
      expect(server).toMatchObject({ ...others, host: 'smtp.sendgrid.net' });
      expect(server).not.toHaveProperty('provider');
      expect(server).not.toHaveProperty('providers');
    }
  });

  it('keeps emails on this machine', async () => {
    const { get, post, put, list } = await run();
    const { text } = await get<RunningConfig>('/api/config');
    const { body } = await post<FilledConfig>('/api/config/fill', { text, api: 'resend' });
    const applied = await put<RunningConfig>('/api/config', {
      text: body.text.replace('${RESEND_API_KEY}', 're_123456789'),
    });
    expect(applied.body).toMatchObject({ delivery: { mode: 'trap' } });
    await post('/api/send/core', { to: 'lin@example.com', type: 'SignIn', payload: { code: '112233' } });
    await expect.poll(() => list('?q=lin')).toHaveLength(1);
  });
});

describe('the doctor', () => {
  it('reports each step of the running config', async () => {
    const { post } = await run();
    const answer = await post<string>('/api/doctor', { to: 'ada@example.com' });
    expect(answer.headers.get('content-type')).toContain('application/x-ndjson');
    const told = lines(answer.body);
    expect(told[0]).toMatchObject({ type: 'begin' });
    const steps = told.flatMap((line) => (line.type === 'step' ? [line.step] : []));
    expect(steps.map(({ name, status }) => `${name} ${status}`)).toEqual(
      ['config', 'connect', 'greeting', 'tls', 'ehlo', 'auth', 'mail', 'rcpt'].map(
        (name) => `${name} passed`,
      ),
    );
    expect(told.at(-1)).toMatchObject({ type: 'end', diagnosis: { verdict: 'ready' } });
    expect(answer.body).not.toContain('demo-password');
  });

  it.each([
    [
      'tokens from elsewhere',
      { auth: { user: 'u', refreshToken: 'r', accessUrl: 'https://tokens.example/' } },
    ],
    ['tokens of Google', { auth: { user: 'u', serviceClient: 'c', privateKey: 'k' } }],
    ['a name that may be looked up in DNS', { host: 'mail.localhost' }],
    ['a host of the TLS options', { tls: { host: 'smtp.example' } }],
  ])('does not connect to remote hosts without permission: %s', async (_, change) => {
    const { get, post } = await run();
    const { text } = await get<RunningConfig>('/api/config');
    const config = JSON.stringify({ ...JSON.parse(text), ...change });
    expect(await post('/api/doctor', { text: config })).toMatchObject({
      status: 403,
      body: { code: 'network_refused', hosts: [expect.any(String)] },
    });
  });

  it('finds a problem, and applies a patch', async () => {
    const { get, post } = await run();
    const { text } = await get<RunningConfig>('/api/config');
    const wrong = text.replace('"${PLAYGROUND_PASSWORD}"', '"wrong-password"');
    const told = lines((await post<string>('/api/doctor', { text: wrong })).body);
    expect(told.at(-1)).toMatchObject({
      type: 'end',
      diagnosis: { verdict: 'broken', problem: { code: 'auth_failed' } },
    });
    expect(JSON.stringify(told)).not.toContain('wrong-password');
    const patched = await post<FilledConfig>('/api/config/patch', {
      text: wrong,
      patch: { tls: null, port: 1 },
    });
    expect(JSON.parse(patched.body.text)).toMatchObject({ port: 1 });
    expect(patched.body.text).not.toContain('"tls"');
  });

  it('requires permission for each remote host', async () => {
    const { post } = await run();
    const text = JSON.stringify({ host: 'smtp.gmail.com', port: 465, auth: {}, fromEmail: 'a@example.com' });
    const refused = await post<Problem>('/api/doctor', { text });
    expect(refused).toMatchObject({
      status: 403,
      body: { code: 'network_refused', hosts: ['smtp.gmail.com'], hint: expect.any(String) },
    });
    expect((await post('/api/doctor', { text, allowHosts: ['smtp.example.com'] })).status).toBe(403);
  });

  it('refuses the API of a provider', async () => {
    const { post } = await run();
    const text = JSON.stringify({
      provider: { name: 'resend', apiKey: 're_test' },
      fromEmail: 'Acme <noreply@example.com>',
      templates: [],
    });
    expect(await post('/api/doctor', { text })).toMatchObject({
      status: 403,
      body: { code: 'network_refused', hint: expect.stringContaining('npx @postern/cli doctor') },
    });
  });

  it('stops when the client disconnects', async () => {
    const trap = await startSmtpTrap();
    onTestFinished(() => trap.close());
    const stalled = trap.fault({ at: 'greeting', kind: 'stall' });
    const { url, token } = await run();
    const ending = new AbortController();
    const response = await fetch(`${url}/api/doctor`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Postern-Token': token },
      body: JSON.stringify({ text: JSON.stringify({ host: trap.host, port: trap.port, auth: {} }) }),
      signal: ending.signal,
    });
    await stalled.waitUntilFired();
    ending.abort();
    await expect(response.text()).rejects.toThrow();
    await trap.waitForConnectionClose();
  });
});
