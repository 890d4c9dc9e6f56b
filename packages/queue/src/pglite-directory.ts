import { randomUUID } from 'node:crypto';
import { link, mkdir, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { MailError } from '@postern/core';
import { z } from 'zod';

/**
 * Locks are numbered: `.postern.lock.1` and so on. To take over a stale lock, a process creates the next one, and only
 * one process can succeed. The files are hidden so that PGlite still treats the directory as empty.
 */
const LOCK = /^\.postern\.lock\.(?<number>[1-9]\d{0,14})$/;
const lockName = (number: number): string => `.postern.lock.${number}`;

/** Processes that try at the same time yield to each other, so try several times. */
const MOST_TRIES = 50;
const LONGEST_PAUSE = 50;

/** Maximum difference between two readings of a process start time, in milliseconds. */
const SAME_START = 5000;

const ownerSchema = z.object({
  pid: z.int().min(1),
  /** Distinguishes processes with the same id, on systems that report the start time of a process. */
  boot: z.string().nullable(),
  startedAt: z.number(),
  token: z.string(),
});
type Owner = z.output<typeof ownerSchema>;

/** A PGlite directory that only this process has open. */
export interface PGliteDirectory {
  /** The path to pass to PGlite. */
  readonly path: string;
  release(): Promise<void>;
}

/**
 * Locks a directory for this process. PGlite has no lock, so two processes that open the same directory overwrite each
 * other's pages. Takes over the lock of a dead process.
 *
 * @throws {MailError} `connection_failed` with the id of the process that has the directory open
 */
export async function claimDirectory(directory: string): Promise<PGliteDirectory> {
  const path = directory.startsWith('file://') ? pathOf(directory) : resolve(directory);
  await mkdir(path, { recursive: true });
  const folder = await realpath(path);
  const owner: Owner = {
    pid: process.pid,
    boot: await bootOf(process.pid),
    startedAt: Date.now() - process.uptime() * 1000,
    token: randomUUID(),
  };
  // Write the file before linking it, so that no process reads a partial lock.
  const draft = join(folder, `.postern.draft.${owner.token}`);
  await writeFile(draft, JSON.stringify(owner), { flag: 'wx' });
  try {
    const lock = await takeLock(folder, draft, path);
    return { path, release: () => rm(lock, { force: true }) };
  } finally {
    await rm(draft, { force: true });
  }
}

interface Lock {
  readonly number: number;
  readonly file: string;
  /** The process that holds the lock. `undefined` if it is dead. */
  readonly holder: number | undefined;
}

async function takeLock(folder: string, draft: string, path: string): Promise<string> {
  let holder: number | undefined;
  for (let attempt = 0; attempt < MOST_TRIES; attempt++) {
    const before = await locksIn(folder);
    holder = before.find((lock) => lock.holder !== undefined)?.holder;
    if (holder !== undefined && attempt === 0) throw inUse(path, holder);
    const number = Math.max(0, ...before.map((lock) => lock.number)) + 1;
    const file = join(folder, lockName(number));
    if (holder === undefined && (await place(draft, file))) {
      // A process that just created a lock with another number sees this lock, or this process sees its lock.
      const others = (await locksIn(folder)).filter((lock) => lock.number !== number);
      if (others.every((lock) => lock.holder === undefined)) {
        for (const stale of others) await rm(stale.file, { force: true });
        return file;
      }
      await rm(file, { force: true });
    }
    // The current holder may be about to yield.
    await setTimeout(Math.random() * LONGEST_PAUSE);
  }
  throw inUse(path, holder);
}

async function locksIn(folder: string): Promise<Lock[]> {
  const numbers = (await readdir(folder)).flatMap((name) => LOCK.exec(name)?.groups?.number ?? []);
  return Promise.all(
    numbers.map(async (number) => {
      const file = join(folder, lockName(Number(number)));
      const owner = await readOwner(file);
      return {
        number: Number(number),
        file,
        holder: owner && (await isAlive(owner)) ? owner.pid : undefined,
      };
    }),
  );
}

/** @returns `false` if a lock with that number exists */
async function place(draft: string, lock: string): Promise<boolean> {
  try {
    await link(draft, lock).catch(async (error: unknown) => {
      // Some file systems do not support links.
      if (codeOf(error) === 'EEXIST') throw error;
      await writeFile(lock, await readFile(draft), { flag: 'wx' });
    });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** `undefined` for a missing lock or an unknown format. */
async function readOwner(file: string): Promise<Owner | undefined> {
  try {
    return ownerSchema.safeParse(JSON.parse(await readFile(file, 'utf8'))).data;
  } catch {
    return undefined;
  }
}

async function isAlive({ pid, boot, startedAt }: Owner): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: the process belongs to another user.
    if (codeOf(error) === 'ESRCH') return false;
  }
  const current = await bootOf(pid);
  if (boot !== null && current !== null) return boot === current;
  // In a container, a process often has the same id after a restart.
  return pid !== process.pid || Math.abs(startedAt - (Date.now() - process.uptime() * 1000)) < SAME_START;
}

/** The start time of a process on Linux: the boot time of the machine, plus clock ticks (see proc(5)). */
async function bootOf(pid: number): Promise<string | null> {
  try {
    const [boot, stat] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readFile(`/proc/${pid}/stat`, 'utf8'),
    ]);
    // The program name is in parentheses and can contain any character.
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return ticks === undefined ? null : `${boot.trim()} ${ticks}`;
  } catch {
    return null;
  }
}

const pathOf = (url: string): string => {
  const path = url.slice('file://'.length);
  return path.startsWith('/') && URL.canParse(url) ? fileURLToPath(url) : resolve(path);
};

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

const inUse = (path: string, pid: number | undefined): MailError =>
  new MailError(
    'connection_failed',
    `The PGlite directory ${path} is in use by ${pid === undefined ? 'another process' : `process ${pid}`}${pid === process.pid ? ' (this process)' : ''}.`,
    {
      stage: 'pool',
      hint:
        pid === process.pid
          ? 'Share one queue, or pass the same PGlite instance to both: connection: { pglite }.'
          : 'Only one process can open a PGlite directory. Stop the other process, or use a PostgreSQL server: connection: { url }.',
    },
  );
