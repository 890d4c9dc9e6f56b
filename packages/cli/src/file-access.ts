import { readFile } from 'node:fs/promises';
import { CommandError } from './command-error.js';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'its folder does not exist',
  EEXIST: 'it already exists',
  EISDIR: 'it is a folder',
  ENOTDIR: 'part of its path is not a folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
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
      throw new CommandError('file_missing', `${name} does not exist.`, {
        hint: hintWhenMissing,
        cause: error,
      });
    }
    throw new CommandError('file_unreadable', `${name} cannot be read: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
}

/** Runs a function that reads files, and turns system errors into a {@link CommandError}. */
export const reading = <T>(name: string, read: () => Promise<T>): Promise<T> => explained(name, 'read', read);

/** Runs a function that writes files, and turns system errors into a {@link CommandError}. */
export const writing = <T>(name: string, write: () => Promise<T>): Promise<T> =>
  explained(name, 'written', write);

async function explained<T>(name: string, what: 'read' | 'written', action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    // Only system errors have an `errno`.
    if (!(error instanceof Error && 'errno' in error)) throw error;
    throw new CommandError('file_unreadable', `${name} cannot be ${what}: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
}
