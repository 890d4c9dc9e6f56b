import { isNotice } from '@postern/core';
import { describe, expect, it } from 'vitest';
import { run } from '../fixtures/running-playground.js';
import type { ComposeChoices, Preview } from './wire/compose.js';
import type { TemplateList } from './wire/template.js';

const TEMPLATE = {
  usageType: 'SignIn',
  contentType: 'text/html',
  subject: 'Your code for {{application.name}}',
  content: '<p>Hello,\n  your code is <b>{{code}}</b></p>',
};
const PAYLOAD = { code: '482913', application: { name: 'Acme' } };

describe('previews', () => {
  it('render a template as it would be sent', async () => {
    const { post } = await run();
    const { body } = await post<Preview>('/api/compose/preview', {
      template: TEMPLATE,
      payload: PAYLOAD,
      source: true,
    });
    expect(body.issues).toEqual([]);
    expect(body.email).toMatchObject({
      from: 'Acme <noreply@acme.example>',
      subject: 'Your code for Acme',
      text: 'Hello, your code is 482913',
      html: '<p>Hello,\n  your code is <b>482913</b></p>',
      direction: 'ltr',
    });
    expect(body.email?.source).toMatch(/^DKIM-Signature: [\s\S]+\r\nSubject: Your code for Acme\r\n/);
    expect(body.variables).toEqual([
      { path: 'application.name', parts: ['subject'], isKnown: true },
      { path: 'code', parts: ['content'], isKnown: true },
    ]);
  });

  it.each([
    [
      { content: 'Hi\n  {{#if code}}x' },
      { severity: 'error', code: 'template_syntax', part: 'content', line: 2, column: 3 },
    ],
    [
      { subject: 'a {{> x}}' },
      { severity: 'error', code: 'template_syntax', part: 'subject', line: 1, column: 3 },
    ],
    [
      { content: '<p>{{code}}\n{{#if usr.name}}{{/if}}</p>' },
      { severity: 'warning', code: 'variable_unknown', part: 'content', line: 2, column: 1 },
    ],
    [{ content: '<p>Hello</p>' }, { severity: 'warning', code: 'code_missing', part: 'content' }],
    [
      { content: '<p>{{code}}</p>\n<video src="x"></video>' },
      { severity: 'warning', code: 'client_support', part: 'content', line: 2, column: 1 },
    ],
    [{ replyTo: 'not an address' }, { severity: 'warning', code: 'address_unusable', part: 'replyTo' }],
  ])('report issues with their positions: %j', async (change, issue) => {
    const { post } = await run();
    const { status, body } = await post<Preview>('/api/compose/preview', {
      template: { ...TEMPLATE, subject: 'Code', ...change },
      payload: { ...PAYLOAD, usr: { name: 'x' } },
    });
    expect(status).toBe(200);
    expect(body.issues).toEqual([expect.objectContaining(issue)]);
    expect(body.email === undefined).toBe(issue.severity === 'error');
  });

  it('report missing variables', async () => {
    const { post } = await run();
    const { body } = await post<Preview>('/api/compose/preview', { template: TEMPLATE, payload: {} });
    expect(body.email).toBeUndefined();
    expect(body.issues).toMatchObject([{ severity: 'error', code: 'payload_invalid' }]);
  });

  it('report no issues for ready-made templates', async () => {
    const { get, post } = await run();
    const template = await get<object>('/api/templates/ready-made?type=SignIn&locale=ar&brand=Postern');
    const { body } = await post<Preview>('/api/compose/preview', { template, payload: PAYLOAD });
    expect(body.issues).toEqual([]);
    expect(body.email).toMatchObject({ direction: 'rtl' });
  });

  it('show HTML without scripts or remote content', async () => {
    const { url, post } = await run();
    const content = `<style>@media (prefers-color-scheme: dark) { b { color: red } }</style><script>alert(1)</script><b>{{code}}</b>`;
    const { body } = await post<Preview>('/api/compose/preview', {
      template: { ...TEMPLATE, content },
      payload: { ...PAYLOAD, code: '<img src=x onerror=alert(1)>' },
    });
    const path = body.email?.htmlUrl ?? '';
    const response = await fetch(url + path);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; /);
    expect(policy).not.toMatch(/script|allow-|https/);
    const html = await response.text();
    expect(html).toContain('<b>&lt;img');

    const allowed = await fetch(`${url}${path}?remote=1&scheme=dark`);
    expect(allowed.headers.get('content-security-policy')).toMatch(
      /^sandbox; default-src 'none'; .*img-src data: https:;/,
    );
    expect(await allowed.text()).toContain('@media (min-width: 0)');
    expect(await (await fetch(`${url}${path}?scheme=light`)).text()).toContain('@media (max-width: 0)');
    expect((await fetch(`${url}${path}?scheme=sepia`)).status).toBe(400);
    expect((await fetch(`${url}/api/compose/previews/99/html`)).status).toBe(404);
  });
});

describe('the choices', () => {
  it('include a form and a valid sample for every usage type', async () => {
    const { get, post } = await run();
    const { usageTypes, languages } = await get<ComposeChoices>('/api/compose');
    const { templates } = await get<TemplateList>('/api/templates');
    expect(usageTypes).toHaveLength(21);
    expect(languages).toHaveLength(25);
    expect(languages).toContainEqual({ tag: 'he', name: 'עברית', englishName: 'Hebrew' });
    for (const { type, samplePayload, locales, fields } of usageTypes) {
      expect(locales).toContain(null);
      // A notice requires no variable.
      expect(fields.some(({ required }) => required !== 'never')).toBe(!isNotice(type));
      const template = templates.find(({ usageType, locale }) => usageType === type && locale === undefined);
      const { body } = await post<Preview>('/api/compose/preview', { template, payload: samplePayload });
      expect([type, body.issues]).toEqual([type, []]);
    }
  });

  it('do not include unknown ready-made templates or brands that are not valid', async () => {
    const { get } = await run();
    expect(await get('/api/templates/ready-made?type=SignIn&locale=tlh')).toMatchObject({ status: 404 });
    expect(await get('/api/templates/ready-made?type=Mine&locale=en')).toMatchObject({ status: 404 });
    const brand = await get('/api/templates/ready-made?type=SignIn&locale=en&accent=red');
    expect(brand).toMatchObject({ status: 400, detail: expect.stringContaining('must be a color') });
  });

  it('sends with the saved template', async () => {
    const { put, post, list } = await run();
    const saved = await put<{ text: string }>('/api/templates', { ...TEMPLATE, subject: 'Hello {{code}}' });
    expect(saved.body.text).toContain('Hello {{code}}');
    await post('/api/send/core', { to: 'grace@example.com', type: 'SignIn', payload: PAYLOAD });
    await expect
      .poll(() => list('?q=grace'))
      .toMatchObject([{ subject: 'Hello 482913', via: 'core', code: '482913' }]);
    const broken = await put('/api/templates', { ...TEMPLATE, subject: '{{#if}}' });
    expect(broken).toMatchObject({ status: 422, body: { code: 'config_invalid' } });
  });
});
