import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startSmtpTrap } from '@postern/testing';
import { build } from 'tsup';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packPackage } from './pack-package.ts';

const run = promisify(execFile);
const PACKAGES = fileURLToPath(new URL('../packages/', import.meta.url));
const TSC = fileURLToPath(new URL('../node_modules/typescript7/bin/tsc', import.meta.url));

/** A project with the packed packages that send an email, and their dependencies from npm. */
const DEPENDENCIES = {
  core: ['fastest-levenshtein', 'handlebars', 'html-to-text', 'zod'],
  'transport-smtp': ['nodemailer', 'zod'],
} as const;

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly sideEffects: boolean;
}

let root = '';
const modules = (...path: string[]) => join(root, 'node_modules', ...path);
const manifestOf = async (name: string): Promise<Manifest> =>
  JSON.parse(await readFile(modules('@postern', name, 'package.json'), 'utf8'));

async function link(name: string, from: string) {
  await rm(modules(name), { force: true });
  await symlink(await realpath(join(PACKAGES, from, 'node_modules', name)), modules(name), 'dir');
}

/** Runs a program in the project. */
async function node(file: string, program: string, ...args: string[]): Promise<string> {
  await writeFile(join(root, file), program);
  const { stdout } = await run(process.execPath, [file, ...args], { cwd: root });
  return stdout.trim();
}

/** The compiler errors of a program and its imported declarations. */
async function compile(file: string, program: string, ...flags: string[]): Promise<string> {
  await writeFile(join(root, file), program);
  const options =
    '--noEmit --strict --target es2024 --lib es2024,esnext.disposable --module nodenext --types node';
  const compiled = await run(process.execPath, [TSC, ...options.split(' '), ...flags, file], {
    cwd: root,
  }).catch((error: { stdout: string }) => error);
  return compiled.stdout;
}

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'postern-installed-')));
  await writeFile(join(root, 'package.json'), JSON.stringify({ name: 'app', type: 'module' }));
  for (const [name, dependencies] of Object.entries(DEPENDENCIES)) {
    const tarball = await packPackage(join(PACKAGES, name), join(root, 'tarballs', name));
    await mkdir(modules('@postern', name), { recursive: true });
    const target = modules('@postern', name);
    await run('tar', ['-xzf', tarball, '-C', target, '--strip-components=1']);
    for (const dependency of dependencies) await link(dependency, name);
  }
  await mkdir(modules('@types'));
  const types = await realpath(fileURLToPath(new URL('../node_modules/@types/node', import.meta.url)));
  await symlink(types, modules('@types/node'), 'dir');
});

afterAll(() => rm(root, { recursive: true }));

describe('the installation', () => {
  it('lists its libraries as dependencies, so that npm can audit and update them', async () => {
    expect(Object.keys((await manifestOf('core')).dependencies)).toEqual(DEPENDENCIES.core);
    const { dependencies } = await manifestOf('transport-smtp');
    expect(Object.keys(dependencies)).toEqual(['@postern/core', ...DEPENDENCIES['transport-smtp']]);
  });

  it('lets bundlers drop unused code', async () => {
    for (const name of Object.keys(DEPENDENCIES)) expect((await manifestOf(name)).sideEffects).toBe(false);
  });
});

/** Sends one email to the given port. */
const SEND = `
  import { createMailer, parseConnectorConfig } from '@postern/core';
  import { createSmtpTransport } from '@postern/transport-smtp';
  const templates = ['Register', 'SignIn', 'ForgotPassword', 'Generic'].map((usageType) => ({
    usageType, contentType: 'text/html', subject: '{{code}}', content: '<p>{{code}}</p>',
  }));
  const config = parseConnectorConfig({
    host: '127.0.0.1', port: process.argv[2], auth: {}, ignoreTLS: true,
    fromEmail: 'noreply@example.com', templates,
  });
  const mailer = createMailer({ config, transport: createSmtpTransport(config) });
  await mailer.send({ to: 'ada@example.com', type: 'SignIn', payload: { code: '482913' } });
  await mailer.close();
`;

describe('the first email of a process', () => {
  const PROGRAM = `
    import { createRequire } from 'node:module';
    ${SEND}
    const files = Object.keys(createRequire(import.meta.url).cache);
    const handlebars = files.map((file) => /handlebars\\/.*/.exec(file)?.[0]).filter(Boolean);
    console.log(JSON.stringify(handlebars));
  `;

  it('loads only the parser of Handlebars', async () => {
    await using trap = await startSmtpTrap();
    const handlebars: string[] = JSON.parse(await node('send.js', PROGRAM, String(trap.port)));
    expect(await trap.inbox.waitForCode('ada@example.com')).toBe('482913');
    // The main entry point is slower, and bundlers warn about its `require` hook.
    expect(handlebars).toContain('handlebars/dist/cjs/handlebars/compiler/base.js');
    expect(
      handlebars.filter((file) => /runtime|javascript-compiler|handlebars\.js|lib\//.test(file)),
    ).toEqual([]);
  });
});

describe('html-to-text, which takes longer to load than the rest of core', () => {
  const PROGRAM = `
    import { registerHooks } from 'node:module';
    registerHooks({
      resolve(specifier, context, next) {
        if (specifier === 'html-to-text') console.log('loaded');
        return next(specifier, context);
      },
    });
    await import('./first-email.js');
  `;

  it.each([
    ['is loaded for the text of an HTML template', SEND, 'loaded'],
    ['is not loaded for a template with `text`', SEND.replace('subject:', "text: '{{code}}', subject:"), ''],
    ['is not loaded for a plain template', SEND.replace('text/html', 'text/plain'), ''],
  ])('%s', async (_, program, printed) => {
    await using trap = await startSmtpTrap();
    await writeFile(join(root, 'first-email.js'), program);
    expect(await node('watch.js', PROGRAM, String(trap.port))).toBe(printed);
    expect(await trap.inbox.waitForCode('ada@example.com')).toBe('482913');
  });
});

describe('a bundled application', () => {
  // In an ES module bundle of esbuild, CommonJS code cannot require Node.js modules.
  it('sends as a single ES module', async () => {
    const entry = join(root, 'app.js');
    await writeFile(entry, SEND);
    await build({
      entry: [entry],
      outDir: join(root, 'bundled'),
      outExtension: () => ({ js: '.mjs' }),
      format: 'esm',
      noExternal: [/./],
      config: false,
      silent: true,
    });
    await using trap = await startSmtpTrap();
    await run(process.execPath, [join(root, 'bundled/app.mjs'), String(trap.port)]);
    expect(await trap.inbox.waitForCode('ada@example.com')).toBe('482913');
  }, 60_000);
});

describe('the declarations', () => {
  it('contain no type any', async () => {
    const program = `
      import * as core from '@postern/core';
      import * as smtp from '@postern/transport-smtp';
      type IsAny<T> = 0 extends 1 & T ? true : false;
      export const no: readonly false[] = [
        false satisfies IsAny<core.ConnectorConfig>,
        false satisfies IsAny<core.ConnectorConfig['templates'][number]>,
        false satisfies IsAny<core.ConnectorConfig['port']>,
        false satisfies IsAny<core.SmtpAuth>,
        false satisfies IsAny<core.Template['contentType']>,
        false satisfies IsAny<core.TemplateOverride>,
        false satisfies IsAny<ReturnType<typeof core.connectorConfigSchema.parse>>,
        false satisfies IsAny<ReturnType<typeof core.smtpConfigSchema.parse>['host']>,
        false satisfies IsAny<ReturnType<typeof core.smtpAuthSchema.parse>>,
        false satisfies IsAny<ReturnType<typeof core.templateSchema.parse>['subject']>,
        false satisfies IsAny<ReturnType<typeof core.sendRequestSchema.parse>['payload']>,
        false satisfies IsAny<Parameters<typeof core.fromZodIssue>[0]>,
        false satisfies IsAny<Parameters<typeof smtp.createSmtpTransport>[0]['host']>,
      ];
      // @ts-expect-error Shows that the check detects errors.
      export const yes = false satisfies IsAny<any>;
    `;
    expect(await compile('no-any.ts', program)).toBe('');
  }, 60_000);

  it('accept a parsed config everywhere, with any compiler strictness', async () => {
    const program = `
      import { createMailer, parseConnectorConfig } from '@postern/core';
      import { createSmtpTransport, diagnose } from '@postern/transport-smtp';
      const config = parseConnectorConfig({});
      createMailer({ config, transport: createSmtpTransport(config) });
      void diagnose(config);
    `;
    expect(await compile('strict.ts', program, '--exactOptionalPropertyTypes')).toBe('');
  }, 60_000);
});

describe('next to the zod of an application', () => {
  const PROGRAM = `
    import { z } from 'zod';
    import { fromZodIssue, sendRequestSchema, templateSchema } from '@postern/core';

    const job = z.object({ request: sendRequestSchema, template: templateSchema, priority: z.number() });
    const request = { to: 'ada@example.com', type: 'SignIn', payload: { code: '1' }, expiresAt: 0, locale: null };
    const template = { usageType: 'SignIn', contentType: 'text/plain' as const, subject: 's', content: 'c', locale: 'zh_cn' };

    const good = job.parse({ request, template, priority: 1 });
    const date: Date | undefined = good.request.expiresAt;
    const locale: string | undefined = good.template.locale;
    console.log(date?.getTime(), locale, good.request.locale);

    const bad = job.safeParse({ request: { ...request, to: 5 }, template: { ...template, subject: undefined }, priority: 'x' });
    console.log(bad.error instanceof z.ZodError);
    for (const issue of bad.error?.issues ?? []) console.log(issue.path.join('.'), '|', fromZodIssue(issue).message);

    try {
      templateSchema.parse({});
    } catch (error) {
      console.log(error instanceof Error, error instanceof z.core.$ZodError);
    }
  `;

  it('an exported schema can be part of another schema, with its types', async () => {
    expect(await compile('with-zod.ts', PROGRAM)).toBe('');
    expect(
      await node(
        'with-zod.js',
        PROGRAM.replace(' as const', '').replace(/: (?:Date|string) \| undefined/g, ''),
      ),
    ).toBe(
      [
        '0 zh-CN undefined',
        'true',
        'request.to | to must be a string with exactly one address',
        'template.subject | subject is required: set it to the subject line of the email',
        'priority | Invalid input: expected number, received string',
        'true true',
      ].join('\n'),
    );
  }, 60_000);

  it('the global settings of zod do not change', async () => {
    const program = `
      import { z } from 'zod';
      const before = { ...z.config(z.locales.de()) };
      const { parseConnectorConfig, inspectConnectorConfig } = await import('@postern/core');
      console.log(inspectConnectorConfig({}).issues.length > 0);
      const after = z.config();
      console.log(Object.keys(before).every((key) => before[key] === after[key]));
      console.log(z.string().safeParse(5).error.issues[0].message);
    `;
    expect(await node('global.js', program)).toBe(
      'true\ntrue\nUngültige Eingabe: erwartet string, erhalten Zahl',
    );
  });
});
