import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const SITE = fileURLToPath(new URL('..', import.meta.url));

/** The pages of the API reference, one for each entry of a package. `scripts/api-reference.ts` writes them. */
export const readApiPages = (): { text: string; link: string }[] =>
  globSync('api/@postern/**/*.md', { cwd: SITE })
    .map((file) => file.replace(/\.md$/, ''))
    .sort()
    .map((path) => ({ text: path.replace('api/', ''), link: `/${path}` }));
