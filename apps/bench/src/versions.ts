import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { z } from 'zod';
import type { Contestant } from './contestant.ts';

/** The version of a contestant's package, resolved from its file. */
function versionOf(contestant: Contestant): string {
  return contestant.package === undefined ? '' : installedVersionOf(contestant.package, contestant.file);
}

function installedVersionOf(name: string, importer: URL | string): string {
  const file = findPackageJSON(name, importer);
  if (file === undefined) throw new Error(`${name} is not installed.`);
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(file, 'utf8'))).version;
}

const heavyPeersSchema = z.object({ dependencies: z.record(z.string(), z.string()) });

/** The version of a measured package, from the workspace or from `heavy-peers`. */
export function measuredVersionOf(name: string): string {
  const manifest = readFileSync(new URL('../heavy-peers/package.json', import.meta.url), 'utf8');
  const { dependencies } = heavyPeersSchema.parse(JSON.parse(manifest));
  return dependencies[name] ?? installedVersionOf(name, import.meta.url);
}

export const nameWithVersion = (contestant: Contestant): string =>
  `${contestant.name} ${versionOf(contestant)}`.trim();
