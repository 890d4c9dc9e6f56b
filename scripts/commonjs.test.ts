import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { makeProject } from './readme-examples.js';

const run = promisify(execFile);
const WORKSPACE = fileURLToPath(new URL('..', import.meta.url));

/** Sends an email to a trap, and prints the code that arrives. */
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
      // Without skipLibCheck: our declarations have to hold by themselves.
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
