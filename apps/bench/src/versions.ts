import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { z } from 'zod';
import type { Contestant } from './contestant.ts';

/** The version of a contestant's package, as the file that drives it finds it. */
export function versionOf(contestant: Contestant): string {
  if (contestant.package === undefined) return '';
  const file = findPackageJSON(contestant.package, contestant.file);
  if (file === undefined) throw new Error(`${contestant.package} is not installed.`);
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(file, 'utf8'))).version;
}

export const nameWithVersion = (contestant: Contestant): string =>
  `${contestant.name} ${versionOf(contestant)}`.trim();
