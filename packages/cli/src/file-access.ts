import { readFile } from 'node:fs/promises';
import { CommandError } from './command-error.js';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'its folder is not there',
  EEXIST: 'it is there already',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is no folder',
  EACCES: 'that is not allowed',
  EPERM: 'that is not allowed',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
};

export const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

const reasonOf = (error: unknown) => REASONS[String(codeOf(error))] ?? String(codeOf(error));

/** @throws {CommandError} `file_missing` with the given hint, or `file_unreadable` */
export async function readText(path: string, name: string, hintWhenMissing: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') {
      throw new CommandError('file_missing', `There is no ${name}.`, { hint: hintWhenMissing, cause: error });
    }
    throw new CommandError('file_unreadable', `${name} can't be read: ${reasonOf(error)}.`, { cause: error });
  }
}

/** Runs what reads files; what the system says about it becomes a sentence. */
export const reading = <T>(name: string, read: () => Promise<T>): Promise<T> => explained(name, 'read', read);

/** Runs what writes files; what the system says about it becomes a sentence. */
export const writing = <T>(name: string, write: () => Promise<T>): Promise<T> =>
  explained(name, 'written', write);

async function explained<T>(name: string, what: 'read' | 'written', action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    // Only those of the system have a number.
    if (!(error instanceof Error && 'errno' in error)) throw error;
    throw new CommandError('file_unreadable', `${name} can't be ${what}: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
}
