import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { KEY } from '../fixtures/backends.js';
import { enqueue } from '../fixtures/mailers.js';
import { signIn } from '../fixtures/requests.js';
import { createMailQueue } from './index.js';
import { claimDirectory } from './pglite-directory.js';

const LOCK = '.postern.lock.3';
const DEAD = JSON.stringify({ pid: 2 ** 30, boot: null, startedAt: 0, token: 'dead' });

const locksIn = async (directory: string) =>
  (await readdir(directory)).filter((name) => name.startsWith('.postern'));

async function aDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'postern-pglite-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function open(directory: string) {
  const queue = await createMailQueue({ connection: { pglite: directory }, keys: [KEY] });
  onTestFinished(() => queue.close());
  return queue;
}

const refused = (pid: number | undefined) => ({
  name: 'MailError',
  code: 'connection_failed',
  message: expect.stringContaining(`in use by process ${pid}`),
  hint: expect.any(String),
});

test('a directory that another process has open is refused with its process id, and free once that is dead', async () => {
  const directory = await aDirectory();
  const child = fork(fileURLToPath(new URL('../scripts/hold-directory.ts', import.meta.url)), [directory]);
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'message');
  await expect(open(directory)).rejects.toMatchObject(refused(child.pid));
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  const queue = await open(directory);
  await enqueue(queue, signIn());
});

test('a directory is open once in a process, and free after close', async () => {
  const directory = await aDirectory();
  const queue = await open(directory);
  await expect(open(directory)).rejects.toMatchObject(refused(process.pid));
  const { id } = await enqueue(queue, signIn());
  expect(await queue.status(id)).toMatchObject({ state: 'queued' });
  await queue.close();
  expect(await locksIn(directory)).toEqual([]);
});

// PGlite takes seconds to open, so what follows is about the claim alone.
const claim = async (directory: string) => {
  const claimed = await claimDirectory(directory);
  onTestFinished(() => claimed.release());
  return claimed;
};

test('a directory is claimed once, however it is written', async () => {
  const directory = await aDirectory();
  const alias = join(await aDirectory(), 'alias');
  await symlink(directory, alias);
  const claimed = await claim(directory);
  const spellings = [
    directory,
    `${directory}/`,
    relative('', directory),
    alias,
    pathToFileURL(directory).href,
  ];
  for (const same of spellings) await expect(claim(same)).rejects.toMatchObject(refused(process.pid));
  await claimed.release();
  await claim(alias);
});

test.each([
  ['nothing', ''],
  ['something else', '{"pid": "me"}'],
  ['a dead process', DEAD],
  ['an earlier process with the id of this one', JSON.stringify({ ...JSON.parse(DEAD), pid: process.pid })],
  [
    'a process before the last boot',
    JSON.stringify({ ...JSON.parse(DEAD), pid: process.pid, boot: 'then 1' }),
  ],
])('a stale lock (%s) is taken over, by one of several at once', async (_name, content) => {
  const directory = await aDirectory();
  await writeFile(join(directory, LOCK), content);
  const claims = await Promise.allSettled(Array.from({ length: 8 }, () => claim(directory)));
  expect(claims.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  for (const each of claims)
    if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'connection_failed' });
  expect(await locksIn(directory)).toEqual(['.postern.lock.4']);
});

test('a directory that can’t be opened stays free', async () => {
  const directory = await aDirectory();
  await writeFile(join(directory, 'PG_VERSION'), 'none');
  await expect(open(directory)).rejects.toMatchObject({ name: 'MailError' });
  expect(await locksIn(directory)).toEqual([]);
});
