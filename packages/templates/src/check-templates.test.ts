import type { ConfigIssue, Template, UsageType } from '@postern/core';
import { inspectConnectorConfig } from '@postern/core';
import { describe, expect, test } from 'vitest';
import { checkTemplates, createTemplates, templateVariables, USAGE_TYPES } from './index.js';

const LANGUAGES = ['en', 'de', 'ar', 'zh-CN'] as const;
const templates = createTemplates({
  brand: { name: 'Acme' },
  locales: LANGUAGES,
  validForMs: { invitation: 86_400_000 },
});
const english = createTemplates({ brand: { name: 'Acme' }, locales: ['en'] });

/** The English templates, one of them changed. */
const withChange = (usageType: UsageType, change: Partial<Template>) =>
  english.map((template) =>
    template.usageType === usageType && template.locale === 'en' ? { ...template, ...change } : template,
  );

const show = (issues: ConfigIssue[]) =>
  issues.map(({ severity, path, code, message }) => `${severity} ${path.join('.')} ${code}: ${message}`);

// `scripts/check-all.ts` checks every language.
test('the ready-made templates keep the contract', { timeout: 60_000 }, async () => {
  expect(await checkTemplates(templates, { locales: LANGUAGES, types: USAGE_TYPES })).toEqual([]);
});

test('a usage type that is missing in a language is found', { timeout: 60_000 }, async () => {
  const some = templates.filter(
    ({ usageType, locale }) => !(locale === 'de' && usageType === 'SignIn') && usageType !== 'BindMfa',
  );
  expect(show(await checkTemplates(some, { locales: ['de', 'en'], types: USAGE_TYPES }))).toEqual([
    'error templates template_missing: there is no template for SignIn in de',
    'error templates template_missing: there is no template for BindMfa in de',
    'error templates template_missing: there is no template for BindMfa in en',
  ]);
});

test('usage types that no language has are not required by default', async () => {
  const types = ['SignIn', 'PasswordChanged'] as const;
  const few = createTemplates({ brand: { name: 'Acme' }, locales: ['de', 'en'], types });
  expect(show(await checkTemplates(few))).toEqual([]);
  const fewer = few.filter(({ usageType, locale }) => !(usageType === 'PasswordChanged' && locale === 'de'));
  expect(show(await checkTemplates(fewer))).toEqual([
    'error templates template_missing: there is no template for PasswordChanged in de',
  ]);
});

test('custom types are ignored', async () => {
  const own: Template = {
    usageType: 'Welcome',
    contentType: 'text/plain',
    subject: '',
    content: '{{firstName}}',
  };
  expect(await checkTemplates([...english, own])).toEqual([]);
});

describe('a template is found out that', () => {
  const at = (type: UsageType) => `templates.${USAGE_TYPES.indexOf(type as (typeof USAGE_TYPES)[number])}`;

  test.each<[string, UsageType, Partial<Template>, string[]]>([
    ['has no text', 'SignIn', { text: undefined }, ['error $.text part_missing: SignIn in en has no text']],
    [
      'has no subject',
      'SignIn',
      { subject: ' ' },
      ['error $.subject part_missing: SignIn in en has no subject'],
    ],
    [
      'is broken',
      'BindMfa',
      { text: 'Code:\n {{#if code}}' },
      [
        'error $.text template_syntax: is broken at line 2, column 2: {{#if code}} is never closed: add {{/if}}',
      ],
    ],
    [
      'has a variable of another type',
      'SignIn',
      { subject: 'From {{inviter.name}}' },
      [
        'error $.subject variable_unknown: SignIn emails have no {{inviter.name}}: the variables are code, link, application, organization, user, locale, uiLocales, ip, validFor, expiresInMinutes, expiresInSeconds, recipient, request',
      ],
    ],
    [
      'has a code where there is none',
      'OrganizationInvitation',
      { text: '{{#if code}}{{code}}{{/if}}{{link}}' },
      [
        'error $.text variable_unknown: OrganizationInvitation emails have no {{code}}: the variables are link, inviter, role, application, organization, user, locale, uiLocales, ip, validFor, expiresInMinutes, expiresInSeconds, recipient, request',
      ],
    ],
    [
      'looks into a text',
      'SignIn',
      { subject: '{{code.length}}' },
      [
        expect.stringMatching(
          /^error \$\.subject variable_unknown: SignIn emails have no \{\{code\.length\}\}/,
        ) as string,
      ],
    ],
    [
      'never shows the code in its text',
      'MfaVerification',
      { text: 'Hello {{#if code}}there{{/if}}' },
      ['error $.text code_missing: does not show the code or link when the payload contains no other values'],
    ],
    [
      'needs a link, which a notice may lack',
      'PasswordChanged',
      { content: '<a href="{{link}}">Secure your account</a>' },
      [
        expect.stringMatching(
          /^error \$\.content payload_invalid: cannot be rendered without a link: .*link is missing/,
        ) as string,
      ],
    ],
    [
      'can only show codes',
      'Generic',
      { content: '<p>{{code}}</p>', text: '{{code}}' },
      [
        expect.stringMatching(
          /^warning \$\.content payload_invalid: cannot be rendered with only a link: .*code is missing/,
        ) as string,
      ],
    ],
    [
      'needs a name that may be missing',
      'SignIn',
      { subject: 'Sign in to {{application.name}}' },
      [
        expect.stringMatching(
          /^error \$\.content payload_invalid: cannot be rendered with only a code or link: .*application\.name is missing/,
        ) as string,
      ],
    ],
  ])('%s', async (_name, type, change, issues) => {
    const found = show(await checkTemplates(withChange(type, change)));
    expect(found.map((issue) => issue.replace(at(type), '$'))).toEqual(issues);
  });
});

test('what an application, an organization, a user or an inviter has besides a name is theirs', async () => {
  const text =
    '{{#if user.primaryEmail}}{{user.primaryEmail}}{{/if}} {{#if application.a.b}}x{{/if}} {{code}}{{link}}';
  const subject = '{{#each user.roles}}{{name}}{{/each}}';
  const guarded = '{{#if code}}{{code}}{{/if}}{{#if link}}{{link}}{{/if}}';
  expect(
    await checkTemplates(
      withChange('SignIn', {
        text: guarded + text.replace('{{code}}{{link}}', ''),
        subject: `${subject}Hello`,
      }),
    ),
  ).toEqual([]);
});

describe('the contract', () => {
  test.each(USAGE_TYPES)('has the variables of %s that the config knows', (type) => {
    const names = Object.keys(templateVariables[type].shape);
    const content = names.map((name) => `{{#if ${name}}}{{/if}}`).join('') + '{{unknown}}';
    const { issues } = inspectConnectorConfig({
      templates: [{ usageType: type, contentType: 'text/plain', subject: '', content }],
    });
    const unknown = issues.filter(({ code }) => code === 'variable_unknown').map(({ message }) => message);
    // A generic template may have to do for any type.
    if (type === 'Generic') return expect(unknown).toEqual([]);
    expect(unknown).toEqual([`${type} emails have no {{unknown}}: the variables are ${names.join(', ')}`]);
  });

  test('has a schema for each payload', () => {
    const { SignIn, OrganizationInvitation } = templateVariables;
    expect(SignIn.safeParse({ code: '000000', application: { name: 'Acme', id: 'x' } }).success).toBe(true);
    expect(SignIn.safeParse({ link: 'https://acme.example/' }).success).toBe(true);
    expect(SignIn.safeParse({ application: { name: 'Acme' } }).success).toBe(false);
    expect(OrganizationInvitation.safeParse({ code: '000000' }).success).toBe(false);
  });
});
