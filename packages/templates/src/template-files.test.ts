import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ConfigError, type Template } from '@postern/core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readTemplates, templateFile, writeTemplates } from './files.js';
import { createTemplates } from './index.js';

async function makeDirectory(files: Record<string, string> = {}): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'postern-templates-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, file)), { recursive: true });
    await writeFile(join(directory, file), text);
  }
  return directory;
}

const byName = (templates: readonly Template[]) =>
  [...templates].sort((one, other) =>
    `${one.usageType} ${one.locale}` < `${other.usageType} ${other.locale}` ? -1 : 1,
  );

async function problemsOf(action: Promise<unknown>): Promise<string[]> {
  const error = await action.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ConfigError)) throw new Error('there was no ConfigError', { cause: error });
  return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('written and read back', { timeout: 60_000 }, () => {
  test('templates are the same', async () => {
    const types = ['SignIn', 'OrganizationInvitation', 'PasswordChanged'] as const;
    const templates = createTemplates({ brand: { name: 'Acme' }, types });
    const directory = await makeDirectory();
    const files = await writeTemplates(directory, templates);

    expect(byName(await readTemplates(directory))).toEqual(byName(templates));
    // Templates that only repeat another one have no files.
    expect(await readdir(join(directory, 'SignIn'))).toHaveLength(25);
    expect(files).toHaveLength(types.length * 25 * 3);
    expect(await readFile(join(directory, 'SignIn/de/subject.txt'), 'utf8')).toContain('Ihr Anmeldecode');
  });

  test.each([
    ['one language', { locales: ['de'] }],
    ['one that has further tags', { locales: ['zh-CN'] }],
    ['languages without English', { locales: ['de', 'fr'] }],
    ['a default language that is not English', { locales: ['de', 'en'], defaultLocale: 'de' }],
  ] as const)('so are those of %s, for readers of every other language too', async (_name, options) => {
    const templates = createTemplates({ brand: { name: 'Acme' }, ...options });
    const directory = await makeDirectory();
    await writeTemplates(directory, templates);

    expect(byName(await readTemplates(directory))).toEqual(byName(templates));
  });

  test('so are custom templates', async () => {
    const templates: Template[] = [
      { usageType: 'SignIn', contentType: 'text/plain', subject: 'Code', content: 'Code: {{code}}\n\nBye' },
      {
        ...{
          usageType: 'Welcome',
          locale: 'en',
          contentType: 'text/html',
          subject: '',
          content: '<p>Hi</p>\n',
        },
        ...{ sendFrom: '{{application.name}} <a@example.com>', replyTo: 'b@example.com' },
      },
    ];
    const directory = await makeDirectory();
    await writeTemplates(directory, templates);
    const [signIn, welcome, everyone] = await readTemplates(directory);

    expect([signIn, welcome]).toEqual(templates);
    expect(everyone).toEqual({ ...templates[1], locale: undefined });
  });

  test('an edited file is what counts, whatever the editor ends its lines with', async () => {
    const directory = await makeDirectory();
    await writeTemplates(directory, createTemplates({ brand: { name: 'Acme' }, locales: ['en'] }));
    await writeFile(join(directory, 'SignIn/en/subject.txt'), '\ufeffHello {{code}}\r\n');
    await writeFile(join(directory, 'README.md'), 'Ask Ada before you change these.');
    await writeFile(join(directory, 'SignIn/en/.subject.txt.swp'), 'x');

    const templates = await readTemplates(directory);
    const subjects = templates
      .filter(({ usageType }) => usageType === 'SignIn')
      .map(({ subject }) => subject);
    expect(subjects).toEqual(['Hello {{code}}', 'Hello {{code}}']);
  });
});

test('the file of each field has a name', () => {
  const [template] = createTemplates({ brand: { name: 'Acme' }, locales: ['en'] });
  if (!template) throw new Error('there is none');
  const { locale, ...forEveryone } = template;

  expect(templateFile(template, 'content')).toBe('Register/en/content.html');
  expect(templateFile({ ...forEveryone, contentType: 'text/plain' }, 'content')).toBe(
    'Register/default/content.txt',
  );
  expect(templateFile(template, 'subject')).toBe('Register/en/subject.txt');
});

describe('writing', () => {
  test('leaves files alone that are there already', async () => {
    const templates = createTemplates({ brand: { name: 'Acme' }, locales: ['en'] });
    const directory = await makeDirectory({ 'SignIn/en/subject.txt': 'mine' });

    expect(await problemsOf(writeTemplates(directory, templates))).toEqual([
      'SignIn/en/subject.txt: already exists: remove it, or overwrite it',
    ]);
    expect(await readdir(directory)).toEqual(['SignIn']);

    await writeTemplates(directory, templates, { overwrite: true });
    expect(await readFile(join(directory, 'SignIn/en/subject.txt'), 'utf8')).not.toBe('mine');
  });

  test('does not leave the directory', async () => {
    const template: Template = { usageType: '../x', contentType: 'text/plain', subject: '', content: '' };
    const directory = await makeDirectory();

    expect(await problemsOf(writeTemplates(directory, [template]))).toEqual([
      'usageType: is not a valid folder name: ../x',
    ]);
    expect(await readdir(directory)).toEqual([]);
  });

  const HOSTILE_NAMES = [
    '..',
    '.',
    '',
    '../../x',
    'a/../../x',
    'a/b',
    '/etc/x',
    '..\\..\\x',
    'a\\b',
    '\\\\server\\share',
    'C:\\x',
    'C:x',
    'file:///x',
    'a\0b',
    'a\nb',
    'x\u2028',
    'a\u202eb',
    '~',
    '~root',
    '-rf',
    '.git',
    'a.',
    'a ',
    ' a',
    'CON',
    'con',
    'nul.txt',
    'Aux',
    'COM1',
    'lpt9.html',
    'a:stream',
    'a*',
    'a?',
    'a|b',
    '%2e%2e',
    '$HOME',
    '\ud800',
    '∕etc',
    '．．',
    'a'.repeat(300),
  ];

  test.each(HOSTILE_NAMES)('is refused for a template called %j', async (name) => {
    const parent = await makeDirectory({ 'emails/keep.txt': '' });
    const directory = join(parent, 'emails');
    const content = { contentType: 'text/plain', subject: 'x', content: 'x' } as const;
    for (const template of [
      { usageType: name, ...content },
      { usageType: 'SignIn', locale: name, ...content },
    ]) {
      const field = template.usageType === name ? 'usageType' : 'locale';
      for (const overwrite of [true, false]) {
        const good = { usageType: 'Register', locale: 'en', ...content };
        const problems = await problemsOf(writeTemplates(directory, [good, template], { overwrite }));
        expect(problems).toEqual([expect.stringContaining(`${field}: is not a valid folder name: `)]);
      }
      expect(() => templateFile(template, 'subject')).toThrow(ConfigError);
    }
    expect(await readdir(parent, { recursive: true })).toEqual(['emails', join('emails', 'keep.txt')]);
  });

  test.each(['SignIn', 'Über-uns', 'sign in', 'v2.1', 'हिन्दी'])(
    'takes a template called %j',
    async (usageType) => {
      const directory = await makeDirectory();
      const template: Template = {
        usageType,
        locale: 'en',
        contentType: 'text/plain',
        subject: 'x',
        content: 'y',
      };
      await writeTemplates(directory, [template]);
      expect((await readTemplates(directory))[0]).toEqual(template);
    },
  );

  test('does not follow a symbolic link out of the directory', async () => {
    const templates = createTemplates({ brand: { name: 'Acme' }, locales: ['en'] });
    for (const link of ['SignIn', 'SignIn/en', 'SignIn/en/subject.txt']) {
      const parent = await makeDirectory({ 'outside/keep.txt': 'mine' });
      const directory = join(parent, 'emails');
      const isFile = link.endsWith('.txt');
      await mkdir(dirname(join(directory, link)), { recursive: true });
      await symlink(join(parent, 'outside', isFile ? 'keep.txt' : ''), join(directory, link));
      for (const overwrite of [true, false])
        expect(await problemsOf(writeTemplates(directory, templates, { overwrite }))).toContain(
          `${link}: is a symbolic link: remove it, or write to another directory`,
        );
      expect(await readdir(join(parent, 'outside'))).toEqual(['keep.txt']);
      expect(await readFile(join(parent, 'outside/keep.txt'), 'utf8')).toBe('mine');
    }
  });

  test('does not write two templates into one folder of a file system that ignores letter case', async () => {
    const directory = await makeDirectory();
    const content = { locale: 'en', contentType: 'text/plain', subject: 'x', content: 'y' } as const;
    expect(
      await problemsOf(
        writeTemplates(directory, [
          { usageType: 'SignIn', ...content },
          { usageType: 'signin', ...content },
        ]),
      ),
    ).toEqual(['signin/en: would be the same folder as SignIn/en: rename one of them']);
    expect(await readdir(directory)).toEqual([]);
  });
});

describe('reading tells everything that is wrong at once, with file, line and column', () => {
  test('about broken templates', async () => {
    const directory = await makeDirectory({
      'SignIn/en/subject.txt': 'Hello {{code\n',
      'SignIn/en/content.html': '<p>\n  {{#if code}}\n</p>\n',
      'SignIn/en/text.txt': 'a\nb {{> header}}\n',
      'Register/no_such_thing_/subject.txt': 'x',
      'Register/no_such_thing_/content.txt': 'x',
      'Generic/en/subject.txt': 'x',
      'Generic/de/subject.txt': 'x',
      'Generic/de/content.txt': 'x',
      'Generic/de/content.html': 'x',
      'Generic/en/content.md': 'x',
    });

    expect(await problemsOf(readTemplates(directory))).toEqual([
      'Generic/en/content.md: is not a template file: expected USAGE_TYPE/LOCALE/FILE, where FILE is one of subject.txt, content.html, content.txt, text.txt, sendFrom.txt, replyTo.txt',
      'Generic/de/content.txt: exists along with content.html: keep one of them, and put the plain text of an HTML email in text.txt',
      'Generic/en/content.html: content is required: set it to the body of the email, with {{code}} in place of the code',
      'Register/no_such_thing_: locale must be a language tag such as "en" or "pt-BR", not "no_such_thing_"',
      'SignIn/en/content.html:2:3: {{#if code}} is never closed: add {{/if}}',
      'SignIn/en/subject.txt:1:9: a {{…}} is incomplete or not closed with }}',
      'SignIn/en/text.txt:2:3: Partials ({{> …}}) are not supported. Insert their content instead',
    ]);
  });

  test('about a directory that has none, or is not there', async () => {
    const directory = await makeDirectory({ 'notes.txt': 'x' });
    const message = 'contains no templates: expected USAGE_TYPE/LOCALE/content.html';

    expect(await problemsOf(readTemplates(directory))).toEqual([`${directory}: ${message}`]);
    expect(await problemsOf(readTemplates(join(directory, 'x')))).toEqual([
      `${join(directory, 'x')}: ${message}`,
    ]);
  });
});
