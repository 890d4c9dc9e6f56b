import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startSmtpTrap } from '@postern/testing';
import { describe, expect, test } from 'vitest';
import type { HostReport, HostTask } from '../fixtures/host-conformance/host-program.js';
import { type LogtoInstance, makeLogtoInstance } from '../fixtures/host-conformance/logto-instance.js';

const PROGRAM = new URL('../fixtures/host-conformance/host-program.ts', import.meta.url);

/** The bundled packages, the test dependencies, and the packages that only the CLI may use. */
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

/** Runs the program of the instance until it exits. */
async function runInside(instance: LogtoInstance, task: Omit<HostTask, 'root' | 'tarball'>) {
  const child = fork(instance.program, {
    cwd: instance.root,
    execArgv: [],
    // No variables that affect module resolution (NODE_PATH, NODE_OPTIONS), and no npm registry.
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
  // The program sends only this message.
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

    // The loader found it in the folder that the CLI derives from its name.
    const folder = join(instance.root, 'packages/core/connectors/@postern-connector-smtp');
    expect(report.connectors, output).toMatchObject([{ path: folder, type: 'Email' }]);
    expect(output).toContain('Added @postern/connector-smtp');
    expect(output).not.toContain('[load-connector]');

    // Logo and guide contain the content of the files. For a missing file, the loader would keep the path.
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

    // Only packages of the instance are visible.
    for (const { byHost, byConnector } of Object.values(report.resolved)) {
      expect(byConnector).toBe(byHost);
      expect(byHost).toContain(join(instance.root, 'packages/core/node_modules'));
    }
    expect(report.leaks).toEqual([]);

    // It sends.
    expect(report.isGoodConfigAccepted).toBe(true);
    expect(JSON.parse(report.sent)).toMatchObject({ accepted: 'ada@example.com' });
    const email = await trap.inbox.waitForEmail('ada@example.com');
    expect(email).toMatchObject({ subject: 'SignIn: 482913', session: { user: 'mailer' } });
    expect(email.html).toContain('<b>482913</b>');

    // It fails with the error classes of the host.
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

    // The loader uses this range to check the version, and npm must be able to parse it.
    const manifest: Record<string, Record<string, string>> = JSON.parse(await readText('package.json'));
    expect(Object.keys(manifest.dependencies ?? {})).toEqual(['@logto/connector-kit', 'zod']);
    const ranges = ['dependencies', 'peerDependencies', 'devDependencies'].flatMap((key) =>
      Object.values(manifest[key] ?? {}),
    );
    expect(ranges.filter((range) => /^(workspace|catalog):/.test(range))).toEqual([]);
  });
});
