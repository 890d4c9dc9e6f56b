import { createMailer } from '@postern/core';
import { USAGE_TYPES } from '@postern/templates';
import { createSmtpTransport } from '@postern/transport-smtp';
import { describe, expect, it } from 'vitest';
import { run } from '../fixtures/running-playground.js';
import { LOGIN } from './built-in-config.js';
import type { RunningConfig } from './wire/config.js';

type Running = Awaited<ReturnType<typeof run>>;

const send = (running: Running, code = '112233', to = 'grace@example.com') =>
  running.post('/api/send/core', { to, type: 'SignIn', payload: { code } });

/** The playground sends them before it serves the page. */
const samples = async (running: Running) => {
  const emails = await running.list();
  expect(emails).toHaveLength(USAGE_TYPES.length + 2);
  return emails;
};

describe('the inbox', () => {
  it('starts with one email per usage type and language, sent with login and TLS', async () => {
    const running = await run({ hasSamples: true });
    const emails = await samples(running);
    expect(emails.map(({ type, locale }) => [type, locale].join(' ').trim()).toSorted()).toEqual(
      [...USAGE_TYPES, 'SignIn ar', 'SignIn de'].toSorted(),
    );
    for (const { id, server, to } of emails) {
      expect({ server, to }).toEqual({ server: 'primary', to: 'ada@example.com' });
      const { session, source, text, dkim } = await running.email(id);
      expect(session).toMatchObject({ secure: true, user: 'demo' });
      expect(source).toContain('Message-ID: ');
      expect(text).not.toBe('');
      expect(dkim).toMatchObject({ domain: 'acme.example', selector: 'playground', result: 'pass' });
    }
    // The log does not mention samples.
    expect(running.lines).toEqual([expect.stringMatching(/^Emails go to a mail trap on /)]);
  });

  it('describes an email completely', async () => {
    const running = await run({ hasSamples: true });
    await samples(running);
    await send(running, '778899');
    expect(running.lines.join('\n')).toContain('mail.sent SignIn g***@example.com');
    expect(running.lines.join('\n')).not.toMatch(/778899|grace@|demo-password/);
    const [{ id = '' } = {}] = await running.list('?limit=1');
    const email = await running.email(id);
    expect(email).toMatchObject({
      ...{ type: 'SignIn', via: 'core', code: '778899', from: 'Acme <noreply@acme.example>', hasLink: false },
      otpToken: { code: '778899', origin: 'https://acme.example' },
      ...{ files: [], remoteHosts: [], htmlUrl: `/api/inbox/${id}/html` },
    });
    const html = await fetch(running.url + email.htmlUrl);
    expect(html.headers.get('content-security-policy')).toMatch(/^sandbox; default-src 'none'/);
    const source = await fetch(`${running.url}/api/inbox/${id}/source`);
    expect(source.headers.get('content-disposition')).toMatch(/^attachment; filename="?[\w.-]+\.eml"?$/);
    expect(await source.text()).toBe(email.source);
  });

  it('finds words in any letter case, and deletes emails', async () => {
    const running = await run({ hasSamples: true });
    await samples(running);
    await send(running, '445566', 'hedy@example.com');
    expect(await running.list('?q=HEDY+445566')).toHaveLength(1);
    expect(await running.list('?q=hedy+nothing')).toEqual([]);
    const [{ id = '' } = {}] = await running.list('?q=hedy');
    expect((await running.delete(`/api/inbox/${id}`)).status).toBe(204);
    expect((await running.delete(`/api/inbox/${id}`)).status).toBe(404);
    expect(await running.get(`/api/inbox/${id}`)).toMatchObject({ code: 'not_found' });
    expect((await running.delete('/api/inbox')).status).toBe(204);
    expect(await running.list()).toEqual([]);
  });

  it('reports arrivals and deletions to open pages', async () => {
    const running = await run();
    const events = await running.listen();
    await send(running);
    await events.waitFor('inbox');
    await expect.poll(() => running.list()).toMatchObject([{ to: 'grace@example.com', code: '112233' }]);
    await running.delete('/api/inbox');
    await events.waitFor('inbox');
    expect(await running.list()).toEqual([]);
  });

  it('isolates a hostile email in its frame', async () => {
    const running = await run();
    const { text } = await running.get<RunningConfig>('/api/config');
    const { port } = JSON.parse(text);
    const content =
      '<link rel="preconnect" href="//tracker.example"><LINK/rel="dns-prefetch" href="//tracker.example"><script>alert(1)</script><img src="http://tracker.example/1.gif"><form action="/api/inbox">';
    const transport = createSmtpTransport({
      ...{ host: '127.0.0.1', port, auth: LOGIN },
      tls: { rejectUnauthorized: false },
    });
    await using mailer = createMailer({
      config: {
        fromEmail: 'evil@example.com',
        templates: [{ usageType: 'X', contentType: 'text/html', subject: '"\u202e/../x', content }],
      },
      transport,
    });
    await mailer.send({ to: 'mallory@example.com', type: 'X' as 'Generic', payload: { code: '1' } });
    await expect.poll(() => running.list('?q=mallory')).toHaveLength(1);
    const [{ id = '' } = {}] = await running.list('?q=mallory');
    const email = await running.email(id);
    expect(email.remoteHosts).toEqual(['tracker.example']);
    expect(email).not.toHaveProperty('dkim');
    const frame = await fetch(running.url + email.htmlUrl);
    expect(frame.headers.get('content-security-policy')).toBe(
      "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
    );
    // No policy blocks link elements.
    expect(await frame.text()).not.toMatch(/<link/i);
    expect(await (await fetch(`${running.url}${email.htmlUrl}?remote=1`)).text()).toContain('<link rel=');
    const source = await fetch(`${running.url}/api/inbox/${id}/source`);
    expect(source.headers.get('content-disposition')).toMatch(/^attachment; filename="?[\w.-]+\.eml"?$/);
  });
});
