import { spawn } from 'node:child_process';
import { once } from 'node:events';

const FOLDER = new URL('../heavy-peers/', import.meta.url);

let installed: Promise<void> | undefined;

/**
 * Installs the peers with many dependencies into a separate folder with its own lockfile, so that the workspace does not install
 * them.
 */
export const installHeavyPeers = (log: (line: string) => void): Promise<void> => {
  installed ??= install(log);
  return installed;
};

async function install(log: (line: string) => void): Promise<void> {
  log('Installing the peers with many dependencies if needed…');
  const child = spawn(
    'npx',
    [
      '--yes',
      'pnpm@12',
      'install',
      '--ignore-workspace',
      '--frozen-lockfile',
      '--ignore-scripts',
      '--silent',
    ],
    {
      cwd: FOLDER,
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  const [code]: unknown[] = await once(child, 'exit');
  if (code !== 0) throw new Error(`The installation of the peers failed with code ${code}.`);
}
