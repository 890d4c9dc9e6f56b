import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startSmtpTrap } from '@postern/testing';
import { describe, expect, test } from 'vitest';
import type { HostReport, HostTask } from '../fixtures/host-conformance/host-program.js';
import { type LogtoInstance, makeLogtoInstance } from '../fixtures/host-conformance/logto-instance.js';

const PROGRAM = new URL('../fixtures/host-conformance/host-program.ts', import.meta.url);

/** What our bundle is made of, what it is tested with, and what only the CLI may use. */
const HIDDEN = [
  ...['@postern/core', '@postern/transport-smtp', '@postern/testing', 'nodemailer', 'handlebars'],
  ...['html-to-text', 'vitest', 'fast-check', '@logto/connector-smtp', '@logto/cli', 'semver', 'chalk'],
];

const configFor = ({ host, port }: { host: string; port: number }) => ({
  host,
  port,
  auth: { user: 'mailer', pass: 'hunter2-hunter2' },
  fromEmail: 'Example <noreply@example.com>',
  templates: ['Register', 'SignIn', 'ForgotPassword', 'Generic'].map((usageType) => ({
    usageType,
    contentType: 'text/html',
    subject: `${usageType}: {{code}}`,
    content: '<p>Your code is <b>{{code}}</b>.</p>',
  })),
});

/** Runs the program of the instance; it ends by itself, or this test does not. */
async function runInside(instance: LogtoInstance, task: Omit<HostTask, 'root' | 'tarball'>) {
  const child = fork(instance.program, {
    cwd: instance.root,
    execArgv: [],
    // Nothing that would let Node look elsewhere (NODE_PATH, NODE_OPTIONS), and no registry for npm.
    env: {
      PATH: process.env.PATH,
      HOME: instance.root,
      npm_config_cache: join(instance.root, 'npm-cache'),
      npm_config_offline: 'true',
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  const closed = once(child, 'close');
  let report: HostReport | undefined;
  // The only message that the program sends.
  child.once('message', (message) => {
    report = message as HostReport;
  });
  child.send({ root: instance.root, tarball: instance.tarball, ...task });
  const [code] = await closed;
  if (!report || code !== 0) throw new Error(`The host ended with ${code}:\n${output}`);
  return { report, output };
}

describe('in a Logto instance', { timeout: 60_000 }, () => {
  test('the packed connector is installed and loaded by the CLI, and sends', async () => {
    await using instance = await makeLogtoInstance(PROGRAM);
    const auth = { user: 'mailer', pass: 'hunter2-hunter2' };
    await using trap = await startSmtpTrap({ tls: 'none', auth });
    await using refusing = await startSmtpTrap({ tls: 'none', auth });
    refusing.fault({ at: 'rcpt', kind: '5xx', reply: '550 5.1.1 No such user' });

    const { report, output } = await runInside(instance, {
      goodConfig: configFor(trap),
      failingConfig: configFor(refusing),
      badConfig: { ...configFor(trap), fromEmail: undefined, port: 'abc' },
      hidden: HIDDEN,
    });

    // Found and loaded, from the folder that the CLI makes of the name.
    const folder = join(instance.root, 'packages/core/connectors/@postern-connector-smtp');
    expect(report.connectors, output).toMatchObject([{ path: folder, type: 'Email' }]);
    expect(output).toContain('Added @postern/connector-smtp');
    expect(output).not.toContain('[load-connector]');

    // Logo and guide are the files' content; where a file is missing, the loader leaves its path.
    const readText = (name: string) => readFile(join(folder, name), 'utf8');
    const dataUrl = async (name: string) =>
      `data:image/svg+xml;base64,${Buffer.from(await readText(name)).toString('base64')}`;
    expect(report.connectors[0]?.metadata).toMatchObject({
      id: 'simple-mail-transfer-protocol',
      target: 'smtp',
      platform: null,
      logo: await dataUrl('logo.svg'),
      logoDark: await dataUrl('logo-dark.svg'),
      readme: await readText('README.md'),
    });

    // The tree of the instance, and nothing else.
    for (const { byHost, byConnector } of Object.values(report.resolved)) {
      expect(byConnector).toBe(byHost);
      expect(byHost).toContain(join(instance.root, 'packages/core/node_modules'));
    }
    expect(report.leaks).toEqual([]);

    // Sends.
    expect(report.isGoodConfigAccepted).toBe(true);
    expect(JSON.parse(report.sent)).toMatchObject({ accepted: 'ada@example.com' });
    const email = await trap.inbox.waitForEmail('ada@example.com');
    expect(email).toMatchObject({ subject: 'SignIn: 482913', session: { user: 'mailer' } });
    expect(email.html).toContain('<b>482913</b>');

    // Fails, with classes that are the host's.
    expect(report.isGuardErrorOfHostZod).toBe(true);
    expect(report.onBadConfig).toMatchObject({
      isConnectorError: true,
      code: 'invalid_config',
      isZodErrorInside: true,
    });
    expect(report.onFailure).toMatchObject({
      isConnectorError: true,
      code: 'general',
      isZodErrorInside: false,
      message: expect.stringContaining('No such user'),
    });

    // What the loader checks the version by, and npm must understand.
    const manifest: Record<string, Record<string, string>> = JSON.parse(await readText('package.json'));
    expect(Object.keys(manifest.dependencies ?? {})).toEqual(['@logto/connector-kit', 'zod']);
    const ranges = ['dependencies', 'peerDependencies', 'devDependencies'].flatMap((key) =>
      Object.values(manifest[key] ?? {}),
    );
    expect(ranges.filter((range) => /^(workspace|catalog):/.test(range))).toEqual([]);
  });
});
