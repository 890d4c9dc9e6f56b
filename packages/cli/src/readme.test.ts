import { readFile } from 'node:fs/promises';
import { startSmtpTrap } from '@postern/testing';
import { providerChoices } from '@postern/transport-smtp';
import { describe, expect, it } from 'vitest';
import { startDnsServer } from './terminal/dns-server.js';
import { sampleConfig } from './terminal/sample-config.js';
import { runPostern } from './terminal/spawn-postern.js';
import { makeWorkFolder } from './terminal/work-folder.js';

const README = await readFile(new URL('../README.md', import.meta.url), 'utf8');

/** The arguments of every `postern …` command in the shell examples. */
const examples = [...README.matchAll(/^```sh\n(?<lines>.*?)^```$/gms)]
  .flatMap(({ groups }) => groups?.lines?.trim().split('\n') ?? [])
  .map((line) => line.replace(/^(?:npx @postern\/cli|postern) | > .*$/g, ''))
  .map((line) => [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? ''));

describe('the README', () => {
  it('has examples that work', { timeout: 60_000 }, async () => {
    await using trap = await startSmtpTrap({ auth: { user: 'postern', pass: 'a-password' } });
    await using dns = await startDnsServer({});
    await using folder = await makeWorkFolder();
    await folder.write('connector.json', sampleConfig({ port: trap.port, tls: { ca: trap.certificate } }));
    await folder.write('.env', 'SMTP_PASS=a-password\n');
    expect(examples.length).toBeGreaterThan(9);
    for (const example of examples) {
      const args = example[0] === 'doctor' ? [...example, '--dns', dns.address] : example;
      const { exitCode, stderr } = await runPostern(args, { cwd: folder.path });
      expect({ example, exitCode, stderr }).toEqual({ example, exitCode: 0, stderr: '' });
    }
    expect(trap.inbox.messages).toHaveLength(2);
  });

  it.each(['init', 'check', 'preview', 'send', 'doctor', 'eject'])(
    'documents every flag of %s',
    async (name) => {
      await using folder = await makeWorkFolder();
      const { stdout } = await runPostern([name, '--help'], { cwd: folder.path });
      const flags = new Set(stdout.match(/--[a-z-]+/g));
      expect(flags.size).toBeGreaterThan(2);
      for (const flag of flags) expect(README).toContain(`\`${flag}`);
    },
  );

  it('lists every provider', () => {
    for (const { id } of providerChoices) expect(README).toContain(`\`${id}\``);
  });
});
