import { describe, expect, test } from 'vitest';
import { recordingTransport } from '../../fixtures/recording.js';
import { REQUIRED_TEMPLATES, seedConfig, template } from '../../fixtures/seed-config.js';
import {
  createMailer,
  inspectConnectorConfig,
  type MailerOptions,
  type PayloadByType,
  type PayloadValue,
} from '../index.js';

const BROKEN = '{{ {{code}}';

/** What an email shows whose template has this content; `{{` makes sure that it can't be read. */
async function show(
  content: string,
  payload: PayloadByType['Generic'],
  more: Partial<MailerOptions> & { contentType?: string } = {},
) {
  const { contentType = 'text/plain', ...options } = more;
  const templates = [template('Generic', { content, contentType }), ...REQUIRED_TEMPLATES];
  const { config } = inspectConnectorConfig(seedConfig({ templates }), { brokenTemplate: 'text' });
  if (!config) throw new Error('the config is refused');
  const mailer = createMailer({
    config,
    transport: recordingTransport(),
    missingVariable: 'keep',
    brokenTemplate: 'text',
    ...options,
  });
  const email = await mailer.render({ to: 'ada@example.com', type: 'Generic', payload });
  return email.html ?? email.text;
}

describe('a template that Handlebars cannot parse', () => {
  const config = seedConfig({ templates: [...REQUIRED_TEMPLATES, template('BindMfa', { content: BROKEN })] });

  test('is an error, unless brokenTemplate is text', () => {
    const severities = (brokenTemplate?: 'error' | 'text') =>
      inspectConnectorConfig(config, { brokenTemplate }).issues.map(({ severity, code }) => [severity, code]);
    expect(severities()).toEqual([['error', 'template_syntax']]);
    expect(severities('text')).toEqual([['warning', 'template_syntax']]);
    expect(inspectConnectorConfig(config, { brokenTemplate: 'text' }).config).toBeDefined();
  });

  const cases: [content: string, payload: Record<string, PayloadValue>, shown: string][] = [
    ['{{ {{code}} {{#foo}} {{a-b}} }}', {}, '{{ 1234 {{#foo}} {{a-b}} }}'],
    ['{{ {{ user.name }} {{list.1}} {{list}}', { user: { name: 'Ada' }, list: [1, 2] }, '{{ Ada 2 1,2'],
    ['{{ {{user.name}} {{user.mail}} {{link}}', { user: { name: null } }, '{{   {{link}}'],
    ['{{ {{user}} {{code.length}} {{.code}} {{code..x}}', { user: {} }, '{{ [object Object]  {{.code}} '],
    ['{{ {{constructor}} {{user.constructor}}', { user: {} }, '{{ {{constructor}} '],
    ['{{ {{user.name}}', { user: { name: '{{code}} $& $1' } }, '{{ {{code}} $& $1'],
  ];
  test.each(cases)('%j is shown as written, with its variables replaced', async (content, payload, shown) => {
    expect(await show(content, { code: '1234', ...payload })).toBe(shown);
  });

  test('escapes values in html', async () => {
    const payload = { code: '<b>"1"</b>' };
    expect(await show('{{ <i>{{code}}</i>', payload, { contentType: 'text/html' })).toBe(
      '{{ <i>&lt;b&gt;&quot;1&quot;&lt;/b&gt;</i>',
    );
  });

  test('applies missingVariable', async () => {
    expect(await show('{{ {{link}}', { code: '1234' }, { missingVariable: 'empty' })).toBe('{{ ');
    await expect(
      show('{{ {{link}} {{user}}', { code: '1', user: {} }, { missingVariable: 'error' }),
    ).rejects.toThrow('link is missing, user must be text, not an object');
  });

  test('is refused by default', async () => {
    const sending = show(BROKEN, { code: '1234' }, { brokenTemplate: undefined });
    await expect(sending).rejects.toMatchObject({ code: 'template_invalid' });
  });
});

test('a sender can be a mailbox that would not be valid as a string', async () => {
  const { config } = inspectConnectorConfig(seedConfig());
  if (!config) throw new Error('the config is refused');
  const fromEmail = { name: 'Relay', address: 'noreply@my_host' };
  const mailer = createMailer({ config: { ...config, fromEmail }, transport: recordingTransport() });
  const email = await mailer.render({ to: 'ada@example.com', type: 'SignIn', payload: { code: '1234' } });
  expect(email.from).toEqual(fromEmail);
});
