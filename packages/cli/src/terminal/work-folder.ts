import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A temporary folder to run commands in. */
export interface WorkFolder extends AsyncDisposable {
  readonly path: string;
  write(name: string, content: unknown): Promise<void>;
  read(name: string): Promise<string>;
}

export async function makeWorkFolder(): Promise<WorkFolder> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'postern-cli-')));
  return {
    path,
    write: (name, content) =>
      writeFile(join(path, name), typeof content === 'string' ? content : JSON.stringify(content, null, 2)),
    read: (name) => readFile(join(path, name), 'utf8'),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
  };
}
