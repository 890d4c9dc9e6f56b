import { describe, expect, test } from 'vitest';
import { recordingLogger, recordingTransport } from '../../fixtures/recording.js';
import { createMailer, type MailerOptions, type SendRequest, type TemplateOverride } from '../index.js';

/** Templates that say which one they are: `SignIn`, `SignIn de`, … */
const templates = (...names: string[]) =>
  names.map((name) => {
    const [usageType = '', locale] = name.split(' ');
    return {
      usageType,
      contentType: 'text/plain' as const,
      subject: name,
      content: '{{code}}',
      ...(locale && { locale }),
    };
  });

const mailerWith = (
  names: string[],
  { defaultLocale, ...more }: Partial<MailerOptions> & { defaultLocale?: string | undefined } = {},
) =>
  createMailer({
    config: { fromEmail: 'a@example.com', templates: templates(...names), defaultLocale },
    transport: recordingTransport(),
    ...more,
  });

const request = (type: 'SignIn' | 'Register', locale?: string): SendRequest => ({
  to: 'ada@example.com',
  type,
  locale,
  payload: { code: '482913', link: 'https://example.com/join' },
});

describe('the template is found by', () => {
  const all = ['SignIn', 'SignIn de', 'SignIn de-AT', 'SignIn zh-Hant', 'Generic', 'Generic fr'];

  test.each<[wanted: string | undefined, defaultLocale: string | undefined, names: string[], found: string]>([
    ['de-AT', undefined, all, 'SignIn de-AT'],
    ['de_at', undefined, all, 'SignIn de-AT'],
    ['de-CH', undefined, all, 'SignIn de'],
    ['de-AT-1996', undefined, all, 'SignIn de-AT'],
    ['zh-Hant-TW', undefined, all, 'SignIn zh-Hant'],
    ['de-x-private', undefined, all, 'SignIn de'],
    ['zh', undefined, all, 'SignIn'],
    ['fr', 'de-AT', all, 'SignIn de-AT'],
    ['fr', 'it', all, 'SignIn'],
    [undefined, 'de', all, 'SignIn de'],
    [undefined, undefined, all, 'SignIn'],
    ['no such tag!', undefined, all, 'SignIn'],
    ['*', 'de', all, 'SignIn de'],
    ['en', undefined, ['SignIn de', 'Generic', 'Generic en'], 'Generic en'],
    ['it', undefined, ['SignIn de', 'Generic', 'Generic en'], 'Generic'],
    ['it', undefined, ['SignIn de', 'SignIn', 'SignIn'], 'SignIn'],
  ])('locale %s, default %s, of %j: %s', async (locale, defaultLocale, names, found) => {
    const email = await mailerWith(names, { defaultLocale }).render(request('SignIn', locale));

    expect(email.subject).toBe(found);
    expect(email.locale).toBe(found.split(' ')[1]);
    expect(email.headers['Content-Language']).toBe(found.split(' ')[1]);
  });

  test('nothing, if there is no template for the type and no Generic template', async () => {
    await expect(mailerWith(['SignIn']).render(request('Register'))).rejects.toMatchObject({
      code: 'template_not_found',
      stage: 'template',
      retryable: false,
      message: 'There is no template for Register and no Generic template.',
      hint: 'Add a template with "usageType": "Register", or a "Generic" template for all types.',
    });
  });

  test.each(['toString', '__proto__', 'constructor'])('a type named %s is an ordinary type', async (type) => {
    const email = await mailerWith(['Generic']).render({
      ...request('SignIn'),
      type,
    } as unknown as SendRequest);

    expect(email).toMatchObject({ type, subject: 'Generic' });
  });
});

describe('resolveTemplate', () => {
  const override = (more: object = {}): TemplateOverride => ({
    subject: 'from elsewhere',
    content: '<p>{{code}}</p>',
    ...more,
  });

  test('overrides the config, with its own sender and language', async () => {
    const asked: unknown[] = [];
    const mailer = mailerWith(['Generic'], {
      resolveTemplate: async (...question) => {
        asked.push(question);
        return override({
          sendFrom: '{{code}} <notice@example.org>',
          replyTo: 'help@example.org',
          locale: 'de',
        });
      },
    });

    expect(await mailer.render(request('SignIn', 'de-AT'))).toMatchObject({
      subject: 'from elsewhere',
      html: '<p>482913</p>',
      text: '482913',
      locale: 'de',
      from: { name: '482913', address: 'notice@example.org' },
      replyTo: [{ address: 'help@example.org' }],
      messageId: expect.stringMatching(/@example\.org>$/),
    });
    expect(asked).toEqual([['SignIn', 'de-AT']]);
  });

  test.each<[name: string, resolve: () => Promise<TemplateOverride | undefined>, reason: string | undefined]>(
    [
      ['has none', async () => undefined, undefined],
      // What `found && { subject, content }` is in JavaScript.
      ['has none and says false', async () => false as unknown as undefined, undefined],
      ['fails', () => Promise.reject(new Error('secret of a database')), 'resolveTemplate failed'],
      [
        'has a broken one',
        async () => override({ content: '{{#if' }),
        'The content of the SignIn template is broken at line 1, column 4: a {{…}} is incomplete or not closed with }}.',
      ],
      [
        'has half of one',
        async () => ({ subject: 'x' }) as TemplateOverride,
        'The template override for SignIn is not valid: content is required: set it to the body of the email, with {{code}} in place of the code.',
      ],
    ],
  )('if it %s, the template of the config is used', async (_name, resolveTemplate, reason) => {
    const logger = recordingLogger();
    const mailer = mailerWith(['SignIn'], { resolveTemplate, logger });

    expect((await mailer.render(request('SignIn'))).subject).toBe('SignIn');
    expect(logger.events.filter(({ level }) => level === 'warn')).toEqual(
      reason === undefined
        ? []
        : [{ level: 'warn', event: 'template.override_failed', type: 'SignIn', locale: undefined, reason }],
    );
  });

  test('the same text in different objects is compiled once', async () => {
    const logger = recordingLogger();
    const mailer = mailerWith([], { logger, resolveTemplate: async () => override() });
    for (let turn = 0; turn < 50; turn += 1) await mailer.render(request('SignIn'));

    expect(logger.events.filter(({ event }) => event === 'template.compiled')).toHaveLength(1);
  });

  test.each([
    ['a template of the config', undefined],
    ['an override', async () => override()],
  ])('%s is compiled once for emails that are rendered at the same time', async (_name, resolveTemplate) => {
    const logger = recordingLogger();
    const mailer = mailerWith(['SignIn'], { logger, resolveTemplate });
    await Promise.all(Array.from({ length: 20 }, () => mailer.render(request('SignIn'))));

    expect(logger.events.filter(({ event }) => event === 'template.compiled')).toHaveLength(1);
  });

  test('the same text for two types is compiled for each, because errors name the type', async () => {
    const mailer = mailerWith([], { resolveTemplate: async () => override({ content: '{{user.name}}' }) });
    for (const type of ['SignIn', 'Register'] as const)
      await expect(mailer.render(request(type))).rejects.toThrow(
        `The payload does not match the ${type} template: user.name is missing.`,
      );
  });

  test.each([
    ['small ones stay compiled', 200, 1000, 200],
    ['only 200 of them', 201, 1000, 402],
    ['only 4 million characters of large ones', 30, 200_000, 60],
  ])('of many texts, %s', async (_name, count, size, compiled) => {
    const logger = recordingLogger();
    let turn = 0;
    const resolveTemplate = async () =>
      override({ contentType: 'text/plain', content: `${turn++ % count}{{code}}${'x'.repeat(size)}` });
    const mailer = mailerWith([], { logger, resolveTemplate });
    for (let left = 2 * count; left > 0; left -= 1) await mailer.render(request('SignIn'));

    expect(logger.events.filter(({ event }) => event === 'template.compiled')).toHaveLength(compiled);
  });

  test('a rendered sender that is not an address is logged and replaced with that of the config', async () => {
    const logger = recordingLogger();
    const resolveTemplate = async () => override({ sendFrom: '{{code}}', replyTo: '{{code}}' });
    const email = await mailerWith([], { logger, resolveTemplate }).render(request('SignIn'));

    expect(email.from).toEqual({ address: 'a@example.com' });
    expect(email).not.toHaveProperty('replyTo');
    expect(logger.events).toContainEqual({
      level: 'warn',
      event: 'template.address_unusable',
      type: 'SignIn',
      field: 'sendFrom',
    });
  });
});
