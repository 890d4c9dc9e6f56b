import { access, mkdtemp, rename, rm } from 'node:fs/promises';

/**
 * Creates a folder once that several processes share. Creates it under a unique name and then renames it, so that it is always
 * complete.
 */
export async function makeOnce(folder: string, make: (folder: string) => Promise<unknown>): Promise<string> {
  if (await exists(folder)) return folder;
  const staging = await mkdtemp(`${folder}-`);
  try {
    await make(staging);
    await rename(staging, folder);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    // Another process was first.
    if (!(await exists(folder))) throw error;
  }
  return folder;
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
