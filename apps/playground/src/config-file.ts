import { readFile } from 'node:fs/promises';
import { type ConfigIssue, type ConnectorConfig, formatPath, inspectConnectorConfig } from '@postern/core';
import { parseJson } from './json-text.js';

/** What became of a config file. `config` is there when it can be used; warnings may be there in any case. */
export interface ConfigFile {
  readonly config?: ConnectorConfig;
  readonly issues: readonly ConfigIssue[];
}

/** Reads a connector config. Whatever is wrong with the file or in it becomes an issue; never throws. */
export async function readConfigFile(file: string | URL): Promise<ConfigFile> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    return refuse('file_unreadable', ...whyUnreadable(error));
  }
  // Editors on Windows begin a file with a byte order mark.
  const parsed = parseJson(text.replace(/^\ufeff/, ''));
  if (parsed.ok) return inspectConnectorConfig(parsed.value);
  const { line, column, expected } = parsed.problem;
  return refuse(
    'json_syntax',
    `it is not valid JSON at line ${line}, column ${column}: expected ${expected}`,
  );
}

/** Every issue on lines of its own: severity and path, message, hint. */
export function formatIssues(file: string, issues: readonly ConfigIssue[]): string {
  const errors = issues.filter(({ severity }) => severity === 'error').length;
  const warnings = issues.length - errors;
  const counts = [count(errors, 'error'), count(warnings, 'warning')].filter(Boolean).join(', ');
  const lines = issues.map(({ severity, path, message, hint }) =>
    [
      `  ${severity.padEnd(8)} ${formatPath(path) || '(whole file)'}`,
      `${INDENT}${message}`,
      ...(hint === undefined ? [] : [`${INDENT}hint: ${hint}`]),
    ].join('\n'),
  );
  return [`${file}${errors > 0 ? " can't be used" : ''}: ${counts}`, ...lines, ''].join('\n');
}

const INDENT = ' '.repeat(11);

const count = (number: number, noun: string) =>
  number === 0 ? '' : `${number} ${noun}${number === 1 ? '' : 's'}`;

const refuse = (code: string, message: string, hint?: string): ConfigFile => ({
  issues: [{ severity: 'error', path: [], code, message, ...(hint !== undefined && { hint }) }],
});

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
