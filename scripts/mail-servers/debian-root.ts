import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** The users that the packages would create, and the group of Postfix's queue. */
const USERS = ['postfix', 'dovecot', 'dovenull', 'Debian-exim', 'vmail'];
const GROUPS = [...USERS, 'postdrop'];
const FIRST_ID = 64_100;

/**
 * Mounts the unpacked packages over the system for one program and its children. `$0` is the folder. The shell keeps running as
 * the first process of the PID namespace, so the children end with it.
 */
const ENTER = ['usr', 'etc']
  .map((part) => `mount -t overlay overlay -o "lowerdir=$0/${part}:/${part}" /${part}`)
  .concat('{ "$@" & wait; }')
  .join(' && ');

export interface RunningProcess {
  /** The end of its output. */
  log(): string;
  stop(): Promise<void>;
}

/**
 * Debian packages that are unpacked into a folder instead of installed. Conflicting packages can coexist, no service starts, and
 * the system does not change.
 */
export interface DebianRoot {
  /** The version of a package without the Debian revision. */
  version(name: string): Promise<string>;
  /** Starts a program of the packages. Stopping it also stops its children. */
  run(command: readonly string[]): RunningProcess;
}

/**
 * Downloads packages and their dependencies from the package sources of this system.
 *
 * Needs `apt-get`, root, and a kernel that allows overlay mounts in a mount namespace.
 */
export async function unpackPackages(folder: string, names: readonly string[]): Promise<DebianRoot> {
  const downloads = join(folder, 'debs');
  const root = join(folder, 'root');
  await mkdir(downloads, { recursive: true });
  await mkdir(root, { recursive: true });
  if (names.length > 0) await execute('apt-get', ['update', '-qq']);
  // Download them one by one, because some of them conflict.
  const missing = new Set<string>();
  for (const name of names) {
    const options = ['install', '--simulate', '--no-install-recommends', name];
    const { stdout } = await execute('apt-get', options);
    for (const [, needed = ''] of stdout.matchAll(/^Inst (\S+)/gm)) missing.add(needed);
  }
  const download = 'apt-get download -qq "$@" && for deb in *.deb; do dpkg-deb -x "$deb" "$0"; done';
  if (missing.size > 0) await execute('sh', ['-c', download, root, ...missing], { cwd: downloads });
  await addAccounts(join(root, 'etc'));
  return {
    async version(name) {
      const { stdout } = await execute('apt-cache', ['policy', name]);
      return stdout.match(/Candidate: (?:\d+:)?([\d.]+)/)?.[1] ?? 'unknown';
    },
    run: (command) =>
      startProcess('unshare', [
        ...['--mount', '--pid', '--fork', '--kill-child'],
        ...['sh', '-c', ENTER, root, ...command],
      ]),
  };
}

async function addAccounts(etc: string): Promise<void> {
  await mkdir(etc, { recursive: true });
  for (const [file, names, rest] of [
    ['passwd', USERS, '/nonexistent:/usr/sbin/nologin'],
    ['group', GROUPS, undefined],
  ] as const) {
    const path = join(etc, file);
    await copyFile(`/etc/${file}`, path);
    const existing = await readFile(path, 'utf8');
    const added = names.filter((name) => !existing.includes(`\n${name}:`));
    const lines = added.map((name) => {
      const id = FIRST_ID + GROUPS.indexOf(name);
      return rest === undefined ? `${name}:x:${id}:\n` : `${name}:x:${id}:${id}::${rest}\n`;
    });
    await appendFile(path, lines.join(''));
  }
}

/** Starts a program that runs until it is stopped. */
export function startProcess(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): RunningProcess {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = once(child, 'close');
  // `unshare` ignores SIGTERM.
  const kill = () => child.kill('SIGKILL');
  process.setMaxListeners(0).once('exit', kill);
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-4000);
    });
  }
  return {
    log: () => log,
    async stop() {
      kill();
      await closed;
      process.off('exit', kill);
    },
  };
}
