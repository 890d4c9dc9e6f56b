import { describe, expect, test } from 'vitest';
import { REQUIRED_TEMPLATES, seedConfig, template } from '../../fixtures/seed-config.js';
import { type ConfigIssue, formatPath, inspectConnectorConfig } from '../index.js';

/** `path: message` of the warnings for a usable config. */
function warningsOf(change: object): string[] {
  const { config, issues } = inspectConnectorConfig(seedConfig(change));
  expect(config).toBeDefined();
  expect(issues.map(({ severity }) => severity)).not.toContain('error');
  return issues.map(({ path, message }) => `${formatPath(path)}: ${message}`);
}

const withTemplate = (usageType: string, more: object) => ({
  templates: [
    ...REQUIRED_TEMPLATES.filter((required) => required.usageType !== usageType),
    template(usageType, more),
  ],
});

describe('likely mistakes', () => {
  const cases: [name: string, change: object, warnings: string[]][] = [
    ['port 465 without secure, which defaults to true', { port: 465 }, []],
    [
      'port 465 with secure off',
      { port: 465, secure: false },
      ['secure: port 465 requires TLS from the first byte: set "secure": true'],
    ],
    [
      'port 587 with secure',
      { port: '587', secure: true },
      ['secure: port 587 starts in plain text and upgrades to TLS with STARTTLS: set "secure": false'],
    ],
    [
      'port 25 with secure',
      { port: 25, secure: true },
      ['secure: port 25 starts in plain text and upgrades to TLS with STARTTLS: set "secure": false'],
    ],
    [
      'TLS required and ignored',
      { ignoreTLS: true, requireTLS: true },
      ['ignoreTLS: ignoreTLS has no effect with requireTLS: remove ignoreTLS'],
    ],
    [
      'TLS from the first byte and ignored',
      { port: 465, secure: true, ignoreTLS: true },
      ['ignoreTLS: ignoreTLS has no effect with "secure": true: remove ignoreTLS'],
    ],
    [
      'a mechanism for passwords with OAuth2',
      { authMethod: 'PLAIN', auth: { type: 'oauth2', user: 'ada@example.com', accessToken: 'ya29.token' } },
      ['authMethod: authMethod has no effect with OAuth2, which always uses XOAUTH2: remove authMethod'],
    ],
    [
      'a mechanism for OAuth2 with a password',
      { authMethod: 'XOAUTH2' },
      [
        'authMethod: authMethod XOAUTH2 requires a token: remove authMethod, or use auth with "type": "oauth2"',
      ],
    ],
    [
      'credentials in plain text',
      { ignoreTLS: true },
      [
        'ignoreTLS: ignoreTLS sends the credentials and every code in plain text: remove ignoreTLS, or use port 465 with "secure": true',
      ],
    ],
    [
      'credentials in plain text to a service',
      { ignoreTLS: true, service: 'SendGrid', host: null, port: null },
      [
        'ignoreTLS: ignoreTLS sends the credentials and every code in plain text: remove ignoreTLS, or use port 465 with "secure": true',
      ],
    ],
    ['credentials in plain text that never leave the machine', { ignoreTLS: true, host: '127.0.0.1' }, []],
    ['plain text without credentials', { ignoreTLS: true, auth: {} }, []],
    [
      'a name that is not valid in EHLO',
      { name: 'bücher.example' },
      [
        'name: name is sent in EHLO, where many servers accept only ASCII (Gmail: 501 5.5.4): set it to a host name',
      ],
    ],
    ['an unknown key', { fromMail: 'x' }, ['fromMail: unknown key fromMail: did you mean fromEmail?']],
    [
      'a key in another letter case',
      { FROMEMAIL: 'x' },
      ['FROMEMAIL: unknown key FROMEMAIL: did you mean fromEmail?'],
    ],
    ['letters swapped', { hots: 'x' }, ['hots: unknown key hots: did you mean host?']],
    ['a key for url', { urls: 'x' }, ['urls: unknown key urls: did you mean url?']],
    ['an unrelated key', { colour: 'red' }, ['colour: unknown key colour: it is ignored']],
    [
      'an unknown key of auth',
      { auth: { user: 'u', pass: 'p', passs: 'p' } },
      ['auth.passs: unknown key auth.passs: did you mean auth.pass?'],
    ],
    [
      'an unknown key of dkim',
      { dkim: { domainName: 'example.com', keySelector: 's', privateKey: 'k', keySelecter: 's' } },
      ['dkim.keySelecter: unknown key dkim.keySelecter: did you mean dkim.keySelector?'],
    ],
    [
      'an unknown key of a template',
      withTemplate('Generic', { body: 'x' }),
      ['templates[3].body: unknown key templates.3.body: it is ignored'],
    ],
    [
      'a header that Postern writes',
      { customHeaders: { bcc: 'eve@example.com' } },
      ['customHeaders.bcc: bcc is set by Postern: this custom header is ignored'],
    ],
    [
      'a code template without the code',
      withTemplate('SignIn', { content: 'Hello.' }),
      ['templates[3]: the SignIn template never shows the code: add {{code}}'],
    ],
    ['a code template with a link instead', withTemplate('SignIn', { content: '{{link}}' }), []],
    ['an invitation needs no code', withTemplate('OrganizationInvitation', { content: '{{link}}' }), []],
    ['a custom type needs no code', withTemplate('Welcome', { content: 'Hi {{firstName}}' }), []],
    [
      'a variable that the type does not have',
      withTemplate('SignIn', { content: '{{code}} {{cod}} {{weather.today}}' }),
      [
        'templates[3]: SignIn emails have no {{cod}}: did you mean {{code}}?',
        'templates[3]: SignIn emails have no {{weather}}: the variables are code, link, application, organization, user, locale, uiLocales, ip, validFor, expiresInMinutes, expiresInSeconds, recipient, request',
      ],
    ],
    [
      'an inviter in an email that is not an invitation',
      withTemplate('SignIn', { subject: '{{inviter.name}}' }),
      [
        'templates[3]: SignIn emails have no {{inviter}}: the variables are code, link, application, organization, user, locale, uiLocales, ip, validFor, expiresInMinutes, expiresInSeconds, recipient, request',
      ],
    ],
    [
      'names inside each and with',
      withTemplate('SignIn', {
        content:
          '{{code}}{{#with user}}{{nick}}{{/with}}{{#each user.roles}}{{@index}}{{label}}{{/each}}{{@root.code}}',
      }),
      [],
    ],
    [
      'an unescaped value',
      withTemplate('SignIn', { content: '{{{code}}}' }),
      ['templates[3]: {{{code}}} is escaped like {{code}}: values cannot contain markup'],
    ],
    [
      'the same type twice',
      { templates: [...REQUIRED_TEMPLATES, template('SignIn')] },
      ['templates[4]: there is an earlier template for SignIn: this one is never used'],
    ],
    [
      'the same type twice in one language',
      {
        templates: [
          ...REQUIRED_TEMPLATES,
          template('SignIn', { locale: 'de_at' }),
          template('SignIn', { locale: 'de-AT' }),
        ],
      },
      ['templates[5]: there is an earlier template for SignIn in de-AT: this one is never used'],
    ],
    [
      'a type with templates in only some languages',
      withTemplate('SignIn', { locale: 'de' }),
      [
        'templates: SignIn has templates only in de: set defaultLocale, or add a SignIn template without a locale for all other languages',
      ],
    ],
    [
      '… of which one is the default',
      { ...withTemplate('SignIn', { locale: 'de' }), defaultLocale: 'de-AT' },
      [],
    ],
    [
      'a template sender that is not an address',
      withTemplate('SignIn', { sendFrom: 'noreply' }),
      ['templates[3].sendFrom: sendFrom is not a valid address (it has no @): fromEmail is used instead'],
    ],
    [
      'the query string of a url',
      { url: 'smtp://smtp.example.com?pool=true' },
      ['url: the query string of url has no effect: set these options as separate keys'],
    ],
  ];

  test.each(cases)('%s', (_name, change, warnings) => {
    expect(warningsOf(change)).toEqual(warnings);
  });
});

describe('custom rules', () => {
  const rule = (severity: ConfigIssue['severity']) => (config: Readonly<Record<string, unknown>>) => [
    { severity, path: ['host'], code: 'rule', message: `not ${config.host}` },
  ];

  test('receive the normalized config and add issues', () => {
    const url = 'smtp://ada:secret@smtp.example.com:587';
    const input = seedConfig({ url, host: '', port: null, auth: undefined });
    const { config, issues } = inspectConnectorConfig(input, { rules: [rule('warning'), rule('warning')] });
    expect(config).toBeDefined();
    expect(issues.map(({ message }) => message)).toEqual(['not smtp.example.com', 'not smtp.example.com']);
  });

  test('can make a config unusable, and run for any object', () => {
    expect(inspectConnectorConfig(seedConfig(), { rules: [rule('error')] }).config).toBeUndefined();
    const { issues } = inspectConnectorConfig({ host: 'x' }, { rules: [rule('error')] });
    expect(issues).toContainEqual(expect.objectContaining({ message: 'not x' }));
    expect(inspectConnectorConfig('x', { rules: [rule('error')] }).issues).toHaveLength(1);
  });
});
