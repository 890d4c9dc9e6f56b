import { TemplateType } from '@logto/connector-kit';
import createOfficial from '@logto/connector-smtp';
import { startSmtpTrap } from '@postern/testing';
import { afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { ZodType } from 'zod';
import { cleanDeep, openForm, submitForm } from '../fixtures/logto-console.js';
import createConnector from './index.js';
import { closeTransports } from './send-message.js';

afterEach(async () => {
  await closeTransports();
});

const { configGuard, metadata } = await createConnector({ getConfig: async () => ({}) });
const items = metadata.formItems ?? [];

let official: ZodType;
beforeAll(async () => {
  official = (await createOfficial({ getConfig: async () => ({}) })).configGuard;
});

const TEMPLATES = ['Register', 'SignIn', 'ForgotPassword', 'Generic'].map((usageType) => ({
  usageType,
  contentType: 'text/plain',
  subject: 'Your code',
  content: 'Your code is {{code}}.',
}));
const CONFIG = {
  host: 'smtp.example.com',
  port: 587,
  auth: { user: 'mailer', pass: 'hunter2-hunter2' },
  fromEmail: 'noreply@example.com',
  templates: TEMPLATES,
};

const LINK_GUARD = { url: 'https://app.example.com/open', keys: [{ id: '2026-11', secret: 's'.repeat(32) }] };

/** Saves a config as Logto's server does: it stores the checked object, not the result of the check. */
function save(config: object): Record<string, unknown> {
  const body: Record<string, unknown> = JSON.parse(JSON.stringify(config));
  const { error } = configGuard.safeParse(body);
  if (error) throw error;
  return cleanDeep(body) as Record<string, unknown>; // still an object
}

async function startRelay() {
  const trap = await startSmtpTrap({ tls: 'none' });
  onTestFinished(() => trap.close());
  return trap;
}

const message = { to: 'ada@example.com', type: TemplateType.Generic, payload: { code: '482913' } };

describe('a test and a real email send the same', () => {
  test.each<[name: string, more: object]>([
    ['an empty auth', { auth: {} }],
    ['no auth', { auth: undefined }],
    ['an auth of null', { auth: null }],
    ['an auth with empty texts', { auth: { type: 'login', user: '', pass: '' } }],
    ['a type alone', { auth: { type: 'login' } }],
    ['an empty auth and a sender that needs repair', { auth: {}, fromEmail: 'Acme, Inc. <a@example.com>' }],
    ['an empty subject', { templates: TEMPLATES.map((each) => ({ ...each, subject: '' })) }],
    ['an empty content', { templates: TEMPLATES.map((each) => ({ ...each, content: '' })) }],
    ['an empty alternative text', { templates: TEMPLATES.map((each) => ({ ...each, text: '' })) }],
    ['empty headers', { customHeaders: { 'Auto-Submitted': '', 'X-List': [], 'X-Some': ['', 'a'] } }],
    ['empty TLS options', { tls: { ca: [], servername: '', ciphers: '' } }],
    ['an empty DKIM', { dkim: {} }],
    ['an empty link guard', { linkGuard: {} }],
    ['a link guard without origins', { linkGuard: { ...LINK_GUARD, origins: [] } }],
    ['an empty DKIM key', { dkim: { domainName: '' } }],
    ['emptied numbers', { maxConnections: null, socketTimeout: null, greetingTimeout: '' }],
    ['emptied texts', { name: '', envelopeFrom: '', replyTo: '', defaultLocale: '', servername: '' }],
  ])('with %s', async (_name, more) => {
    vi.spyOn(console, 'warn').mockReturnValue();
    onTestFinished(() => void vi.restoreAllMocks());
    const trap = await startRelay();
    const config = { ...CONFIG, host: trap.host, port: trap.port, auth: undefined, ...more };
    const tested = await createConnector({ getConfig: async () => undefined });
    await tested.sendMessage(message, JSON.parse(JSON.stringify(config)));
    const stored = save(config);
    const real = await createConnector({ getConfig: async () => stored });
    await real.sendMessage(message);

    const [first, second] = trap.inbox.messages.map(({ headers, ...email }) => ({
      ...{ subject: email.subject, text: email.text, html: email.html, from: email.from },
      headers: headers.filter(({ name }) => !/^(?:message-id|x-entity-ref-id|date|received)$/i.test(name)),
    }));
    expect(trap.stats).toMatchObject({ messages: 2, logins: 0 });
    expect(second).toEqual(first);
  });

  test('except for a template without a subject, which is rejected before it is saved', () => {
    const [{ subject: _, ...incomplete } = { subject: '' }, ...others] = TEMPLATES;
    expect(() => save({ ...CONFIG, templates: [incomplete, ...others] })).toThrow(/subject/);
  });
});

describe('the form', () => {
  const filled = { host: 'smtp.example.com', port: 465, fromEmail: 'noreply@example.com' };

  test('of a new connector stores no switch that was not changed', () => {
    const stored = save(submitForm(items, { ...openForm(items), ...filled }));
    expect(stored).not.toHaveProperty('secure');
    expect(configGuard.parse(stored)).toMatchObject({ secure: true });
    expect(stored).toEqual({
      ...filled,
      auth: { type: 'login', user: '<username>', pass: '<password>' },
      templates: expect.any(Array),
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  });

  test.each<[name: string, config: object]>([
    ['of the manual', CONFIG],
    ['without a login', { ...CONFIG, auth: {} }],
    ['for port 465', { ...CONFIG, port: 465 }],
    [
      'with everything off',
      { ...CONFIG, secure: false, logger: false, requireTLS: false, disableUrlAccess: false },
    ],
    [
      'with everything on',
      { ...CONFIG, secure: true, logger: true, debug: true, requireTLS: true, ignoreTLS: true },
    ],
    ['with numbers as text', { ...CONFIG, port: '2525', maxConnections: '3', socketTimeout: '9000' }],
    [
      'with a url',
      { url: 'smtps://mailer:p%2Fw@smtp.example.com', fromEmail: 'a@example.com', templates: TEMPLATES },
    ],
    ['with a service', { ...CONFIG, host: undefined, port: undefined, service: 'SendGrid' }],
    ['with a link guard', { ...CONFIG, linkGuard: LINK_GUARD }],
    ['with an empty subject', { ...CONFIG, templates: TEMPLATES.map((each) => ({ ...each, subject: '' })) }],
  ])('does not change a config %s', (_name, config) => {
    const stored = save(config);
    const before = structuredClone(stored);
    expect(submitForm(items, openForm(items, stored))).toEqual({ ...before, ...emptyJson(before) });
    expect(cleanDeep(submitForm(items, openForm(items, stored)))).toEqual(before);
  });

  /** An empty editor contains `{}`, which Logto does not store. */
  const emptyJson = (stored: object) =>
    Object.fromEntries(
      ['auth', 'tls', 'customHeaders', 'dkim', 'linkGuard', 'providers']
        .filter((key) => !(key in stored))
        .map((key) => [key, {}]),
    );

  test('has valid JSON in every editor, and marks what every config requires', () => {
    const form = openForm(items);
    for (const { key, type } of items)
      if (type === 'Json') expect(() => JSON.parse(String(form[key]))).not.toThrow();
    const always = items.filter(({ required, showConditions }) => required && !showConditions);
    expect(always.map(({ key }) => key)).toEqual(['fromEmail', 'templates']);
  });

  test('does not suggest an empty auth', () => {
    for (const { description = '' } of items) expect(description).not.toContain('{}');
  });
});

describe('the official connector can read a saved config', () => {
  test.each<[name: string, more: object]>([
    ['a port as text', { port: '2525' }],
    [
      'every number as text',
      { port: '587', connectionTimeout: '1', greetingTimeout: '2', socketTimeout: '3', dnsTimeout: '4' },
    ],
    [
      'every switch as text',
      {
        ...{ port: 2525, secure: 'no', ignoreTLS: 'off', requireTLS: 'true', logger: '1', debug: 'false' },
        ...{ disableFileAccess: 'yes', disableUrlAccess: 'on', pool: 'true' },
      },
    ],
    ['emptied numbers', { connectionTimeout: null, greetingTimeout: '' }],
    ['an auth type in other letters', { auth: { type: 'lOgIn', user: 'mailer', pass: 'p' } }],
    [
      'a token whose end is text',
      { auth: { type: 'oAuth2', user: 'mailer', accessToken: 't', expires: '17' } },
    ],
    [
      'a url',
      { host: undefined, port: undefined, auth: undefined, url: 'smtp://mailer:pw@smtp.example.com:2525' },
    ],
    ['a service', { host: undefined, port: undefined, service: 'Gmail' }],
    ['a login that is only a type', { auth: { type: 'login' } }],
    ['a link guard', { linkGuard: LINK_GUARD }],
  ])('%s', (_name, more) => {
    const stored = save({ ...CONFIG, ...more });
    expect(official.safeParse(stored).error?.issues).toBeUndefined();
    // It also has the same meaning for this connector.
    const { service: _, ...before } = configGuard.parse({ ...CONFIG, ...more });
    const { host, port, secure } = stored;
    expect(configGuard.parse(stored)).toEqual({ ...before, host, port, secure: before.secure ?? secure });
  });

  test('a frozen config is only checked', () => {
    const frozen = Object.freeze({ ...CONFIG, port: '2525' });
    expect(configGuard.safeParse(frozen)).toMatchObject({ success: true, data: { port: 2525 } });
    expect(frozen.port).toBe('2525');
  });
});
