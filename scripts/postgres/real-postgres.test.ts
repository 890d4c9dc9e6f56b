import { chmod, cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startRealPostgres } from './real-postgres.ts';
import { findServerPlace } from './server-place.ts';

/** Makes a folder private, like root's home. */
async function privateFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'postern private '));
  await chmod(folder, 0o700);
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** Copies the programs to a folder of the test. */
async function copyOfPrograms(): Promise<string> {
  const { initdb, folder } = await findServerPlace();
  const native = join(await privateFolder(), 'native');
  await cp(dirname(dirname(initdb)), native, { recursive: true, verbatimSymlinks: true });
  await rm(folder, { recursive: true });
  return native;
}

/** The server's reply to a TLS request. `N` means that it does not support TLS. */
const answerOf = (url: string) =>
  new Promise<string>((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname, () =>
      socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])),
    );
    socket.on('error', reject).once('data', (data) => {
      socket.destroy();
      resolve(data.toString());
    });
  });

test.each([
  ['the checkout and the temporary folder', true],
  ['the temporary folder', false],
])('runs if only the current user can access %s', async (_, isCheckoutPrivate) => {
  const native = isCheckoutPrivate ? await copyOfPrograms() : undefined;
  const closed = await privateFolder();
  await using server = await startRealPostgres({
    ...(native !== undefined && { native }),
    parents: [closed, tmpdir(), '/tmp', '/var/tmp'],
  });
  expect(await answerOf(server.url)).toBe('N');
  await server.stop();
  await expect(answerOf(server.url)).rejects.toThrow('ECONNREFUSED');
  await server.start();
  expect(await answerOf(server.url)).toBe('N');
});

test('leaves nothing behind', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'postern-parent-'));
  onTestFinished(() => rm(parent, { recursive: true }));
  await chmod(parent, 0o755);
  const server = await startRealPostgres({ parents: [parent, '/tmp', '/var/tmp'] });
  await server.remove();
  await server.remove();
  expect(await readdir(parent)).toEqual([]);
});

test('explains in one sentence why it cannot run', async () => {
  const missing = join(await privateFolder(), 'missing');
  await expect(startRealPostgres({ parents: [missing] })).rejects.toThrow(
    /^PostgreSQL for tests cannot run as .+ in .+missing: set TMPDIR to a folder that this user can enter and run programs from\.$/,
  );
});

test.each(['missing programs', 'programs that fail'])('immediately reports %s', async (kind) => {
  const native = await privateFolder();
  if (kind === 'programs that fail') {
    await mkdir(join(native, 'bin'));
    await writeFile(join(native, 'bin', 'initdb'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  }
  await expect(startRealPostgres({ native })).rejects.toThrow(/^PostgreSQL for tests cannot run as /);
});

test('uses its own settings in any environment', async () => {
  onTestFinished(() => void vi.unstubAllEnvs());
  for (const [name, value] of Object.entries({
    PGDATA: '/missing',
    PGPORT: '1',
    PGHOST: 'elsewhere.invalid',
    PGUSER: 'someone',
    PGOPTIONS: '-c nonsense=1',
    PGTZ: 'nowhere',
    LC_ALL: 'xx_XX.UTF-8',
    LANG: 'xx_XX',
    TZ: 'Pacific/Chatham',
  }))
    vi.stubEnv(name, value);
  vi.stubEnv('HOME', undefined);
  await using server = await startRealPostgres();
  expect(await answerOf(server.url)).toBe('N');
});
