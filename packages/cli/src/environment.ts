import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import type { ConfigVariables } from '@postern/core';
import { CommandError } from './command-error.js';
import { readText } from './file-access.js';
import type { Io } from './io.js';

/** Read by default, if it exists. */
const DEFAULT_ENV_FILE = '.env';

/**
 * The variables that a config can refer to. The environment takes precedence over the file.
 *
 * @throws {CommandError} if the given file cannot be read
 */
export async function readVariables({ cwd, env }: Io, envFile?: string): Promise<ConfigVariables> {
  const name = envFile ?? DEFAULT_ENV_FILE;
  try {
    const text = await readText(resolve(cwd, name), name, 'Create it, or omit --env.');
    return { ...parseEnv(text), ...env };
  } catch (error) {
    if (envFile === undefined && error instanceof CommandError && error.code === 'file_missing') return env;
    throw error;
  }
}
