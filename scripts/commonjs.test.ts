import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { makeProject } from './readme-examples.js';

const run = promisify(execFile);
const WORKSPACE = fileURLToPath(new URL('..', import.meta.url));

/** Sends an email to a trap and prints the code that arrives. */
const PROGRAM = `
  const templates = ['Register', 'SignIn', 'ForgotPassword', 'Generic'].map((usageType) => ({
    usageType, contentType: 'text/plain' as const, subject: 'Your code', content: '{{code}}',
  }));
  async function main(): Promise<void> {
    const trap = await testing.startSmtpTrap();
    const server = { host: trap.host, port: trap.port, auth: {}, tls: { ca: trap.certificate } };
    const config = core.parseConnectorConfig({ ...server, fromEmail: 'noreply@example.com', templates });
    const mailer = core.createMailer({ config, transport: smtp.createSmtpTransport(config) });
    await mailer.send({ to: 'ada@example.com', type: 'SignIn', payload: { code: '482913' } });
    console.log(await trap.inbox.waitForCode('ada@example.com'));
    await mailer.close();
    await trap.close();
  }
  void main();
`;

const withoutTypes = (program: string) => program.replace(': Promise<void>', '').replace(' as const', '');

test('the packages can be required from plain CommonJS', async () => {
  await using project = await makeProject(WORKSPACE);
  await writeFile(
    join(project.root, 'program.cjs'),
    `const core = require('@postern/core');
     const smtp = require('@postern/transport-smtp');
     const testing = require('@postern/testing');
     ${withoutTypes(PROGRAM)}`,
  );
  const { stdout } = await run(process.execPath, ['program.cjs'], { cwd: project.root });
  expect(stdout.trim()).toBe('482913');
});

test('the packages can be used from a TypeScript project that compiles to CommonJS', {
  timeout: 60_000,
}, async () => {
  await using project = await makeProject(WORKSPACE);
  await writeFile(join(project.root, 'package.json'), JSON.stringify({ name: 'app', type: 'commonjs' }));
  await writeFile(
    join(project.root, 'tsconfig.json'),
    JSON.stringify({
      // Without skipLibCheck, to check the declarations of the packages.
      compilerOptions: {
        module: 'nodenext',
        target: 'es2024',
        lib: ['es2024', 'esnext.disposable'],
        types: ['node'],
        strict: true,
      },
      files: ['program.ts'],
    }),
  );
  await writeFile(
    join(project.root, 'program.ts'),
    `import * as core from '@postern/core';
     import * as smtp from '@postern/transport-smtp';
     import * as testing from '@postern/testing';
     ${PROGRAM}`,
  );
  const tsc = join(WORKSPACE, 'node_modules/typescript/bin/tsc');
  const compiled = await run(process.execPath, [tsc, '-p', '.'], { cwd: project.root }).catch(
    (error: { stdout: string }) => error,
  );
  expect(compiled.stdout).toBe('');
  const { stdout } = await run(process.execPath, ['program.js'], { cwd: project.root });
  expect(stdout.trim()).toBe('482913');
});

test('instanceof knows errors across the ES module and the CommonJS copy of a package', async () => {
  const require = createRequire(import.meta.url);
  const copies = async (folder: string) => {
    const file = join(WORKSPACE, 'packages', folder, 'dist/index');
    return [await import(`${file}.js`), require(`${file}.cjs`)];
  };
  const issue = { severity: 'error', path: ['host'], code: 'missing', message: 'host is required' };
  const [core, verification, http] = [
    await copies('core'),
    await copies('verification'),
    await copies('http'),
  ];
  for (const [one, other] of [
    [0, 1],
    [1, 0],
  ] as const) {
    const failed = new core[one].MailError('closed', 'The mailer is closed.', { stage: 'pool' });
    const misconfigured = new core[one].ConfigError([issue]);
    class Own extends core[other].MailError {
      constructor() {
        super('closed', 'The mailer is closed.', { stage: 'pool' });
      }
    }
    expect(core[one].MailError).not.toBe(core[other].MailError);
    expect(failed).toBeInstanceOf(core[other].MailError);
    expect(failed).not.toBeInstanceOf(core[other].ConfigError);
    expect(failed).not.toBeInstanceOf(Own);
    expect(new Own()).toBeInstanceOf(Own);
    expect(new Own()).toBeInstanceOf(core[one].MailError);
    expect(misconfigured).toBeInstanceOf(core[other].ConfigError);
    expect(misconfigured).toBeInstanceOf(core[other].MailError);
    expect(
      core[other].failureLevel(new core[one].MailError('recipient_invalid', '', { stage: 'recipient' })),
    ).toBe('info');

    const refused = new verification[one].VerificationError('cooldown', { retryAfter: 7 });
    expect(refused).toBeInstanceOf(verification[other].VerificationError);
    expect(refused).not.toBeInstanceOf(core[other].MailError);
    expect(http[other].problemResponse(refused).status).toBe(429);

    const problem = new http[one].ProblemError('forbidden');
    expect(problem).toBeInstanceOf(http[other].ProblemError);
    expect(http[other].problemResponse(problem).status).toBe(403);
  }
  // Node.js prints the class name of an uncaught error.
  for (const copy of [0, 1] as const) {
    const { MailError, ConfigError } = core[copy];
    const { VerificationError } = verification[copy];
    const { ProblemError } = http[copy];
    const classes = { MailError, ConfigError, VerificationError, ProblemError };
    expect(Object.values(classes).map(({ name }) => name)).toEqual(Object.keys(classes));
  }
  for (const value of [
    undefined,
    null,
    'MailError',
    new Error('closed'),
    { name: 'MailError', code: 'closed' },
  ]) {
    expect(value instanceof core[0].MailError).toBe(false);
  }
});

/** Imports every entry point that needs no framework. */
const ENTRIES = [
  ...['core', 'core/mime', 'transport-smtp', 'testing', 'testing/contract', 'http', 'queue'],
  ...[
    'verification',
    'verification/contract',
    'templates',
    'templates/files',
    'templates/languages',
    'resilience',
    'transport',
  ],
].map((name) => `@postern/${name}`);

/** A project with all packages of the workspace. */
async function makeFullProject() {
  const project = await makeProject(WORKSPACE);
  const modules = join(project.root, 'node_modules');
  const packages = join(WORKSPACE, 'packages');
  for (const folder of await readdir(packages)) {
    const { name } = JSON.parse(await readFile(join(packages, folder, 'package.json'), 'utf8'));
    await symlink(join(packages, folder), join(modules, name), 'dir').catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      },
    );
  }
  return project;
}

test.each([
  ['commonjs', ['--module', 'commonjs']],
  ['commonjs with node10 resolution', ['--module', 'commonjs', '--moduleResolution', 'node10']],
  ['node16', ['--module', 'node16']],
  ['nodenext', ['--module', 'nodenext']],
])(
  'TypeScript 5 finds the types of every entry with module: %s',
  { timeout: 60_000 },
  async (_name, flags) => {
    await using project = await makeFullProject();
    await writeFile(join(project.root, 'package.json'), JSON.stringify({ name: 'app', type: 'commonjs' }));
    const imports = ENTRIES.map((name, index) => `import * as entry${index} from '${name}';\n`).join('');
    const names = ENTRIES.map((_, index) => `entry${index}`).join(', ');
    // The last line checks that the types are not `any`.
    await writeFile(
      join(project.root, 'program.ts'),
      `${imports}export const all = [${names}];
     // @ts-expect-error
     export const wrong: string = entry0.createMailer;`,
    );
    const options =
      '--noEmit --strict --skipLibCheck --target es2022 --lib es2023,esnext.disposable --types node';
    const tsc = join(WORKSPACE, 'node_modules/typescript5/bin/tsc');
    const args = [tsc, ...options.split(' '), ...flags, 'program.ts'];
    const { stdout } = await run(process.execPath, args, { cwd: project.root }).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).toBe('');
  },
);

test('require and import load the same module', async () => {
  await using project = await makeFullProject();
  await writeFile(
    join(project.root, 'program.cjs'),
    `const names = ${JSON.stringify(ENTRIES)};
     Promise.all(names.map(async (name) => [name, require(name) === (await import(name))])).then(console.log);`,
  );
  const { stdout } = await run(process.execPath, ['program.cjs'], { cwd: project.root });
  expect(stdout.match(/true/g)).toHaveLength(ENTRIES.length);
});

/** A test file for jest with a real email, the matchers, and two contract suites. */
const JEST_TESTS = `
  test('sends', async () => {
    const trap = await testing.startSmtpTrap();
    const transport = smtp.createSmtpTransport({ host: trap.host, port: trap.port, tls: { ca: trap.certificate } });
    await transport.send(testing.testEmail({ to: 'ada@example.com', text: 'Your code is 482913.' }));
    expect(await trap.inbox.waitForCode('ada@example.com')).toBe('482913');
    expect(trap).toHaveReceivedEmailCount(1, { to: 'ada@example.com' });
    expect(trap).not.toHaveReceivedEmail({ to: 'eve@example.com' });
    await transport.close();
    await trap.close();
    await expect(transport.send(testing.testEmail())).rejects.toBeMailError('closed');
  });
  const setUp = () => {
    const transport = testing.createMemoryTransport();
    return { transport, received: () => transport.emails };
  };
  transports.describeTransportContract('memory', setUp, { describe, expect, test });
  stores.describeStoreContract('memory', async () => ({ store: verification.memoryStore() }), { describe, expect, test });
`;
const JEST_MODULES = {
  testing: '@postern/testing',
  smtp: '@postern/transport-smtp',
  transports: '@postern/testing/contract',
  verification: '@postern/verification',
  stores: '@postern/verification/contract',
  // Only loaded.
  http: '@postern/http',
  templates: '@postern/templates',
};
const jestImports = Object.entries(JEST_MODULES);

test.each([
  [
    'CommonJS',
    { name: 'app' },
    jestImports.map(([name, path]) => `const ${name} = require('${path}');\n`).join('') +
      "require('@postern/testing/jest');\n",
    [],
  ],
  [
    'ES modules',
    { name: 'app', type: 'module', jest: { transform: {} } },
    jestImports.map(([name, path]) => `import * as ${name} from '${path}';\n`).join('') +
      "import '@postern/testing/jest';\n",
    ['--experimental-vm-modules'],
  ],
])(
  'jest runs tests in %s without configuration',
  { timeout: 60_000 },
  async (_name, manifest, imports, flags) => {
    await using project = await makeFullProject();
    await writeFile(join(project.root, 'package.json'), JSON.stringify(manifest));
    await writeFile(join(project.root, 'mail.test.js'), imports + JEST_TESTS);
    const jest = join(WORKSPACE, 'node_modules/jest/bin/jest.js');
    const results = join(project.root, 'results.json');
    const args = [
      ...flags,
      jest,
      '--json',
      `--outputFile=${results}`,
      '--cacheDirectory',
      join(project.root, 'cache'),
    ];
    const { stderr } = await run(process.execPath, args, { cwd: project.root }).catch(
      (error: { stderr: string }) => error,
    );
    const { success, numPassedTests } = JSON.parse(await readFile(results, 'utf8'));
    expect({ success, stderr: success ? '' : stderr }).toEqual({ success: true, stderr: '' });
    expect(numPassedTests).toBeGreaterThan(30);
  },
);

/** Code in the style of the Nest CLI: classes with decorators, whose types the compiler emits as metadata. */
const NEST_PROGRAM = `
  import 'reflect-metadata';
  import { Controller, Injectable, Module } from '@nestjs/common';
  import { NestFactory } from '@nestjs/core';
  import { bearerToken, MailController, MailModule, MailService } from '@postern/adapter-nestjs';
  import { MailTestingModule, MailTestingService } from '@postern/adapter-nestjs/testing';
  import { parseConnectorConfig } from '@postern/core';

  const templates = ['Register', 'SignIn', 'ForgotPassword', 'Generic'].map((usageType) => ({
    usageType, contentType: 'text/plain', subject: 'Your code', content: '{{code}}',
  }));
  const server = { host: 'smtp.example.com', port: 587, auth: { user: 'app', pass: 'secret' } };
  const config = parseConnectorConfig({ ...server, fromEmail: 'noreply@example.com', templates });

  @Injectable()
  class SignIn {
    constructor(private readonly mail: MailService) {}
    start(to: string) {
      return this.mail.send({ to, type: 'SignIn', payload: { code: '482913' } });
    }
  }

  @Controller('mail')
  class AuthMail extends MailController {}

  @Module({
    imports: [
      MailModule.forRoot({ config, http: { authorize: bearerToken('a-secret-of-the-test') } }),
      MailTestingModule.forRoot(),
    ],
    controllers: [AuthMail],
    providers: [SignIn],
  })
  class AppModule {}

  async function main(): Promise<void> {
    const app = await NestFactory.create(AppModule, { logger: false });
    await app.listen(0, '127.0.0.1');
    await app.get(SignIn).start('ada@example.com');
    console.log(await app.get(MailTestingService).inbox.waitForCode('ada@example.com'));
    const answer = await fetch((await app.getUrl()) + '/mail/health', { headers: { Connection: 'close' } });
    console.log(answer.status);
    console.log('on Nest ' + parseInt(require('@nestjs/core/package.json').version));
    await app.close();
  }
  void main();
`;

const ADAPTER = join(WORKSPACE, 'packages/adapter-nestjs');

test.each([
  ['12', ADAPTER],
  ['11', join(ADAPTER, 'nest11')],
])(
  'a Nest %s application that compiles to CommonJS can use the module',
  {
    timeout: 60_000,
  },
  async (version, folder) => {
    await using project = await makeProject(folder);
    const modules = join(project.root, 'node_modules');
    // A copy resolves the Nest version of the project instead of the workspace.
    const installed = join(modules, '@postern/adapter-nestjs');
    await rm(installed, { force: true });
    await mkdir(installed);
    for (const part of ['package.json', 'dist']) {
      await cp(join(ADAPTER, part), join(installed, part), { recursive: true });
    }
    for (const name of [
      'zod',
      ...(await readdir(join(ADAPTER, 'node_modules/@postern'))).map((own) => `@postern/${own}`),
    ]) {
      await symlink(join(ADAPTER, 'node_modules', name), join(modules, name)).catch(() => {});
    }
    await writeFile(join(project.root, 'package.json'), JSON.stringify({ name: 'app', type: 'commonjs' }));
    await writeFile(
      join(project.root, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          module: 'nodenext',
          target: 'es2024',
          lib: ['es2024', 'esnext.disposable'],
          types: ['node'],
          strict: true,
          experimentalDecorators: true,
          emitDecoratorMetadata: true,
          // The declarations of Nest do not compile without it.
          skipLibCheck: true,
        },
        files: ['program.ts'],
      }),
    );
    await writeFile(join(project.root, 'program.ts'), NEST_PROGRAM);
    const tsc = join(WORKSPACE, 'node_modules/typescript/bin/tsc');
    const compiled = await run(process.execPath, [tsc, '-p', '.'], { cwd: project.root }).catch(
      (error: { stdout: string }) => error,
    );
    expect(compiled.stdout).toBe('');
    const { stdout } = await run(process.execPath, ['program.js'], { cwd: project.root });
    expect(stdout).toBe(`482913\n200\non Nest ${version}\n`);
  },
);
