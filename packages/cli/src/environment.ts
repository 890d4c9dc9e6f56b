import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import type { ConfigVariables } from '@postern/core';
import { CommandError } from './command-error.js';
import { readText } from './file-access.js';
import type { Io } from './io.js';

/** Read without being asked for, if it is there. */
const DEFAULT_ENV_FILE = '.env';

/**
 * The variables that a config may refer to: those of the environment, then those of a file.
 *
 * @throws {CommandError} when a file that was named can't be read
 */
export async function readVariables({ cwd, env }: Io, envFile?: string): Promise<ConfigVariables> {
  const name = envFile ?? DEFAULT_ENV_FILE;
  try {
    const text = await readText(resolve(cwd, name), name, 'Write it, or leave --env out.');
    return { ...parseEnv(text), ...env };
  } catch (error) {
    if (envFile === undefined && error instanceof CommandError && error.code === 'file_missing') return env;
    throw error;
  }
}
