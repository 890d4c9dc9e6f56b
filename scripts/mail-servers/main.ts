import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unpackPackages } from './debian-root.ts';
import { dovecot } from './dovecot.ts';
import { exim } from './exim.ts';
import { haraka } from './haraka.ts';
import { tryOut } from './outcome.ts';
import { type Result, writePage } from './page.ts';
import { postfix } from './postfix.ts';
import { createCertificate, type MailServer, type ServerPlace } from './server-place.ts';
import { type ServerName, type ServerSettings, type Situation, situations } from './situations.ts';

const SERVERS: { readonly [Name in ServerName]: MailServer<ServerSettings[Name]> } = {
  postfix,
  dovecot,
  exim,
  haraka,
};
const NAMES = ['postfix', 'dovecot', 'exim', 'haraka'] as const;

const USAGE = `Tries Postern with real mail servers on loopback: sending, refusals, limits and diagnose().

  sudo node scripts/mail-servers/main.ts [--write] [${NAMES.join('] [')}]

Needs Node 24, Debian or Ubuntu, root, unshare with overlay mounts, openssl, and npm for Haraka. Nothing is installed:
packages are unpacked into a temporary folder, which is deleted at the end. Build the packages of Postern first.
--write writes docs/mail-servers.md, which needs all servers.`;

const print = (line: string) => void process.stdout.write(`${line}\n`);

/** Runs all situations of one server and prints the unexpected outcomes. */
async function runServer<Name extends ServerName>(
  name: Name,
  all: readonly Situation[],
  place: ServerPlace,
): Promise<Result[]> {
  const { label, start } = SERVERS[name];
  const cases = all.flatMap((situation) => {
    const settings: ServerSettings[Name] | undefined = situation.on[name];
    return settings === undefined ? [] : [{ situation, settings }];
  });
  const { version, ports, stop } = await start(
    place,
    cases.map(({ settings }) => settings),
  );
  try {
    const results: Result[] = [];
    for (const [index, { situation }] of cases.entries()) {
      const { config, draft, attempt, expected, unless } = situation;
      const server = { host: 'localhost', port: ports[index] };
      const { messages, ...outcome } = await tryOut({ config: { ...server, ...config }, draft, attempt });
      const wanted = { ...expected, ...unless?.[name] };
      const isExpected = outcome.email === wanted.email && outcome.diagnosis === wanted.diagnosis;
      print(
        `${isExpected ? 'ok  ' : 'FAIL'} ${label}: ${situation.name}: ${outcome.email}; ${outcome.diagnosis}`,
      );
      if (!isExpected) print(`     expected ${wanted.email}; ${wanted.diagnosis}. ${messages.join(' | ')}`);
      results.push({ situation: situation.name, server: label, version, ...outcome, isExpected });
    }
    return results;
  } finally {
    await stop();
  }
}

async function main(args: readonly string[]): Promise<boolean> {
  const chosen = NAMES.filter((name) => args.includes(name));
  const isWriting = args.includes('--write');
  const known: readonly string[] = ['--write', ...NAMES];
  if (
    args.some((arg) => !known.includes(arg)) ||
    (isWriting && chosen.length > 0) ||
    process.getuid?.() !== 0
  ) {
    print(USAGE);
    return false;
  }
  const names = chosen.length > 0 ? chosen : NAMES;
  const folder = await mkdtemp(join(tmpdir(), 'postern-mail-servers-'));
  try {
    await chmod(folder, 0o755);
    const packages = await unpackPackages(folder, [
      ...new Set(names.flatMap((name) => SERVERS[name].packages)),
    ]);
    const certificate = await createCertificate(folder);
    const place = { folder, packages, certificate };
    const all = situations(await readFile(certificate.cert, 'utf8'));
    const results: Result[] = [];
    for (const name of names) results.push(...(await runServer(name, all, place)));
    const inOrder = all.flatMap(({ name }) => results.filter(({ situation }) => situation === name));
    if (isWriting) await writePage(inOrder);
    const failures = results.filter(({ isExpected }) => !isExpected).length;
    print(`${results.length} situations, ${failures} unexpected.`);
    return failures === 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

// Also stops the servers.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1;
