import { type GetI18nEmailTemplate, TemplateType } from '@logto/connector-kit';
import { createTemplates } from '@postern/templates';
import { startSmtpTrap } from '@postern/testing';
import { afterEach, expect, test } from 'vitest';
import createConnector from './index.js';
import { closeTransports } from './send-message.js';

afterEach(() => closeTransports());

const ALL = createTemplates({ brand: { name: 'Acme' } });
/** The templates in the form of Logto's store. */
const store: GetI18nEmailTemplate = async (type, locale) => {
  const { subject, content } = ALL.find((each) => each.usageType === type && each.locale === locale) ?? {};
  return subject === undefined || content === undefined
    ? undefined
    : { subject, content, contentType: 'text/html' };
};

test.each([
  ['all in the config', ALL, undefined],
  ['one language in the config, the others in Logto', ALL.filter(({ locale }) => !locale), store],
] as const)('the ready-made templates can be saved and sent: %s', async (_name, templates, i18n) => {
  await using trap = await startSmtpTrap();
  const config = {
    ...{ host: trap.host, port: trap.port, auth: {}, tls: { ca: trap.certificate } },
    ...{ fromEmail: 'Acme <noreply@acme.example>', templates },
  };
  const { configGuard, sendMessage } = await createConnector({
    getConfig: async () => config,
    getI18nEmailTemplate: i18n,
  });
  expect(configGuard.safeParse(config).error?.issues ?? []).toEqual([]);

  const payload = { code: '482913', application: { id: 'x', name: 'Shop' } };
  for (const locale of [undefined, 'ar'])
    await sendMessage({ to: 'ada@example.com', type: TemplateType.SignIn, payload: { ...payload, locale } });
  const link = 'https://acme.example/join?a=1&b=2';
  const type = TemplateType.OrganizationInvitation;
  await sendMessage({ to: 'ada@example.com', type, payload: { link, locale: 'de' } });

  const { messages } = trap.inbox;
  expect(messages.map(({ subject }) => subject)).toEqual([
    'Your sign-in code for Shop',
    'رمز تسجيل الدخول إلى Shop',
    'Ihre Einladung zu Acme',
  ]);
  for (const { html, text } of messages) expect(`${html}${text}`).not.toContain('{{');
  expect(messages[1]?.text).toContain('\n482913\n');
  expect(messages[2]?.text).toContain(link);
});

test.each([
  [{ uiLocales: 'ca es en' }, 'es'],
  [{ uiLocales: 'xx-YY  de-AT en' }, 'de'],
  [{ locale: 'ca', uiLocales: 'ca fr-CA' }, 'fr'],
  [{ locale: 'de', uiLocales: 'fr' }, 'de'],
  [{ uiLocales: 'xx' }, 'en'],
])('selects the best language for %j', async (languages, expected) => {
  await using trap = await startSmtpTrap();
  const { sendMessage } = await createConnector({
    getConfig: async () => ({
      ...{ host: trap.host, port: trap.port, auth: {}, tls: { ca: trap.certificate } },
      ...{ fromEmail: 'noreply@acme.example', templates: ALL, defaultLocale: 'en' },
    }),
  });
  const payload = { code: '482913', ...languages };
  await sendMessage({ to: 'ada@example.com', type: TemplateType.SignIn, payload });
  const [email] = trap.inbox.messages;
  expect(email?.header('Content-Language') ?? 'en').toBe(expected);
});
