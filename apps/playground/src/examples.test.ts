// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references in a config look like that
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTemplates } from '@postern/templates';
import { startSmtpTrap } from '@postern/testing';
import ts from 'typescript';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../../scripts/free-port.js';
import { makeProject } from '../../../scripts/readme-examples.js';
import { sampleCode } from '../web/views/send/sample-code.js';
import { supabaseCall } from './supabase-call.js';

const PLAYGROUND = fileURLToPath(new URL('..', import.meta.url));

const SECRET = 'a-secret-of-at-least-32-characters';
const HOOK_SECRET = `v1,whsec_${Buffer.from(SECRET).toString('base64')}`;

const EMAIL = {
  to: 'grace@example.com',
  type: 'SignIn',
  locale: 'de',
  payload: { code: '135790', application: { name: `O'Neil & "Sons" \\ Ltd` } },
};

/** A project with a config for a mail trap, where the examples run as the page prints them. */
async function setUp(files: readonly string[]) {
  const trap = await startSmtpTrap({ auth: { user: 'acme', pass: 'sesame' } });
  onTestFinished(() => trap.close());
  const project = await makeProject(PLAYGROUND);
  onTestFinished(() => project[Symbol.asyncDispose]());
  const config = {
    host: trap.host,
    port: trap.port,
    auth: { user: 'acme', pass: '${SMTP_PASS}' },
    tls: { ca: trap.certificate },
    fromEmail: 'noreply@acme.example',
    templates: createTemplates({ brand: { name: 'Acme' }, locales: ['en', 'de'] }),
  };
  await writeFile(join(project.root, 'connector.json'), JSON.stringify(config));
  for (const file of files) {
    const example = await readFile(new URL(`../examples/${file}`, import.meta.url), 'utf8');
    // Types are checked with those of the playground. Node.js does not run decorators.
    const { outputText } = ts.transpileModule(sampleCode(example, EMAIL), {
      compilerOptions: {
        module: ts.ModuleKind.ESNext,
        target: ts.ScriptTarget.ES2022,
        experimentalDecorators: true,
      },
    });
    await writeFile(join(project.root, file.replace(/\.ts$/, '.js')), outputText);
  }
  const port = await freePort();
  const run = (file: string): ChildProcess => {
    const child = spawn(process.execPath, [file.replace(/\.ts$/, '.js')], {
      cwd: project.root,
      env: {
        ...process.env,
        SMTP_PASS: 'sesame',
        MAIL_SECRET: SECRET,
        HOOK_SECRET: HOOK_SECRET,
        QUEUE_SECRET: SECRET,
        PORT: String(port),
        MAIL_URL: `http://127.0.0.1:${port}`,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    return child;
  };
  const isListening = () =>
    fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => false,
    );
  /** Waits for a program that accepts requests. */
  const serve = (file: string) =>
    Promise.race([expect.poll(isListening, { timeout: 60_000 }).toBe(true), failed(run(file))]);
  const received = async (application = EMAIL.payload.application.name) => {
    const email = await trap.inbox.waitFor(({ envelope }) => envelope.to.includes(EMAIL.to), {
      timeoutMs: 60_000,
    });
    expect(email.text).toContain(EMAIL.payload.code);
    expect(email.subject).toContain(application);
  };
  return { port, run, serve, received };
}

/** Rejects if the program fails. */
async function failed(child: ChildProcess): Promise<never> {
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`The program exited with ${code}.`);
  return new Promise(() => {});
}

test.each(['core.ts', 'queue.ts'])('%s sends the email as printed', { timeout: 120_000 }, async (file) => {
  const { run, received } = await setUp([file]);
  await Promise.race([received(), failed(run(file))]);
});

test.each(['express.ts', 'nest.ts'])(
  '%s accepts the message of post-message.ts as printed',
  { timeout: 120_000 },
  async (file) => {
    const { run, serve, received } = await setUp([file, 'post-message.ts']);
    await serve(file);
    await Promise.race([received(), failed(run('post-message.ts'))]);
  },
);

test('webhook.ts accepts the call of Supabase as printed', { timeout: 120_000 }, async () => {
  const { port, serve, received } = await setUp(['webhook.ts']);
  await serve('webhook.ts');
  const { headers, body } = supabaseCall(EMAIL, HOOK_SECRET);
  const call = (given: Readonly<Record<string, string>>) =>
    fetch(`http://127.0.0.1:${port}/webhooks/supabase`, { method: 'POST', headers: given, body });
  expect((await call({ ...headers, 'webhook-id': 'forged' })).status).toBe(401);
  expect((await call(headers)).status).toBe(204);
  await received('Acme');
});
