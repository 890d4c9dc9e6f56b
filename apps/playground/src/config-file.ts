import { readFile } from 'node:fs/promises';
import { refusal } from './problem.js';

/** @throws {ProblemError} `config_invalid`, with an issue that explains why the file cannot be read */
export async function readConfigFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const [message, hint] = whyUnreadable(error);
    throw refusal('config_invalid', {
      issues: [{ severity: 'error', code: 'file_unreadable', path: '', message, hint }],
    });
  }
}

function whyUnreadable(error: unknown): [message: string, hint: string] {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return ['the file does not exist', `Paths are relative to ${process.cwd()}.`];
    case 'EISDIR':
      return ['the path is a folder', 'Pass the JSON file in it.'];
    case 'EACCES':
      return ['the file is not readable', 'Check the permissions of the file.'];
    default:
      return [`the file cannot be read (${String(code)})`, 'Check the path.'];
  }
}
