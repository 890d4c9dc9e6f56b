import { spawn } from 'node:child_process';
import { once } from 'node:events';

const FOLDER = new URL('../heavy-peers/', import.meta.url);

let installed: Promise<void> | undefined;

/**
 * Installs the peers with large trees, which a checkout of the workspace should not cost: into a folder of their own,
 * as its lockfile says.
 */
export const installHeavyPeers = (log: (line: string) => void): Promise<void> => {
  installed ??= install(log);
  return installed;
};

async function install(log: (line: string) => void): Promise<void> {
  log('Installing the peers with large trees, if they are not there yet…');
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
  if (code !== 0) throw new Error(`Their installation failed with ${code}.`);
}
