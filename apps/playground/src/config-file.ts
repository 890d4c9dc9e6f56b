import { readFile } from 'node:fs/promises';
import { refusal } from './problem.js';

/**
 * Reads the text of a config.
 *
 * @throws {ProblemError} `config_invalid`, with an issue that says why it can't be read
 */
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
      return ['there is no such file', `Paths are relative to ${process.cwd()}.`];
    case 'EISDIR':
      return ['it is a folder', 'Name the JSON file in it.'];
    case 'EACCES':
      return ['reading it is not allowed', 'Check the permissions of the file.'];
    default:
      return [`it can't be read (${String(code)})`, 'Check the path.'];
  }
}
