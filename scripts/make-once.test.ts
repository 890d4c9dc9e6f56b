import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeOnce } from './make-once.ts';

async function makeParent(): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'postern-make-once-'));
  onTestFinished(() => rm(parent, { recursive: true }));
  return parent;
}

test('a shared folder is complete for every process that creates it at the same time', async () => {
  const parent = await makeParent();
  const shared = join(parent, 'shared');
  const begun: PromiseWithResolvers<void>[] = [Promise.withResolvers(), Promise.withResolvers()];
  const read = (folder: string) => readFile(join(folder, 'program'), 'utf8');
  const made = begun.map(async ({ resolve }) => {
    const folder = await makeOnce(shared, async (staging) => {
      await writeFile(join(staging, 'program'), 'half');
      resolve();
      // All of them are creating it at the same time.
      await Promise.all(begun.map(({ promise }) => promise));
      await writeFile(join(staging, 'program'), 'whole');
    });
    return read(folder);
  });
  expect(await Promise.all(made)).toEqual(['whole', 'whole']);
  expect(await read(await makeOnce(shared, () => Promise.reject(new Error('It already exists'))))).toBe(
    'whole',
  );
  expect(await readdir(parent)).toEqual(['shared']);
});

test('a failure to create a shared folder leaves no files behind', async () => {
  const parent = await makeParent();
  const failed = makeOnce(join(parent, 'shared'), () => Promise.reject(new Error('The disk is full')));
  await expect(failed).rejects.toThrow('The disk is full');
  expect(await readdir(parent)).toEqual([]);
});
