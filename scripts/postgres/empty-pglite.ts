import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { makeOnce } from '../make-once.ts';

/**
 * Opens an empty PGlite in memory.
 *
 * A new PGlite runs `initdb`, which takes longer than most tests. All tests share one result of it.
 */
export async function openEmptyPGlite(): Promise<PGlite> {
  const manifest = new URL('../package.json', import.meta.resolve('@electric-sql/pglite'));
  const { version } = JSON.parse(await readFile(manifest, 'utf8'));
  const name = `postern-pglite-${version}-${process.getuid?.() ?? 0}`;
  const folder = await makeOnce(join(resolve(tmpdir()), name), initialize);
  return PGlite.create({ loadDataDir: new Blob([await readFile(join(folder, DATA))]) });
}

const DATA = 'data.tar';

async function initialize(folder: string): Promise<void> {
  const pglite = await PGlite.create();
  const data = await pglite.dumpDataDir('none');
  await writeFile(join(folder, DATA), Buffer.from(await data.arrayBuffer()));
  await pglite.close();
}
