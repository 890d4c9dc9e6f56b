import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { merge, object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import { optional, withDefault } from '@optique/core/modifiers';
import type { InferValue } from '@optique/core/parser';
import { argument, command, constant, option } from '@optique/core/primitives';
import { choice, integer, string } from '@optique/core/valueparser';
import { path } from '@optique/run/valueparser';
import { apiProviders } from '@postern/core';
import { providerChoices } from '@postern/transport-smtp';
import { type CommandContext, EXIT, type Outcome } from '../command.js';
import { CommandError } from '../command-error.js';
import { DEFAULT_CONFIG_FILE } from '../config-file.js';
import { readVariables } from '../environment.js';
import { codeOf, writing } from '../file-access.js';
import { adviceOnLogin, askValue, collectAnswers, toTitle } from '../init/collect-answers.js';
import { addVariable } from '../init/env-text.js';
import { createQuestions, type Questions } from '../init/questions.js';
import { starterConfig, variablesOf } from '../init/starter-config.js';
import { sharedOptions } from '../options.js';

export const initCommand = command(
  'init',
  merge(
    object({
      command: constant('init'),
      file: withDefault(
        argument(path({ metavar: 'FILE', type: 'file' }), { description: message`The config to write.` }),
        DEFAULT_CONFIG_FILE,
      ),
      provider: optional(
        option(
          '--provider',
          choice(
            providerChoices.map(({ id }) => id),
            { metavar: 'NAME' },
          ),
          {
            description: message`Your email provider, for its SMTP server.`,
          },
        ),
      ),
      api: optional(
        option(
          '--api',
          choice(
            apiProviders.map(({ name }) => name),
            { metavar: 'NAME' },
          ),
          {
            description: message`Your email provider, for its HTTP API.`,
          },
        ),
      ),
      host: optional(
        option('--host', string({ metavar: 'NAME' }), { description: message`The SMTP server.` }),
      ),
      port: optional(
        option('--port', integer({ metavar: 'PORT', min: 1, max: 65_535 }), {
          description: message`Its port.`,
        }),
      ),
      from: optional(
        option('--from', string({ metavar: 'SENDER' }), {
          description: message`The sender, such as 'Example <noreply@example.com>'.`,
        }),
      ),
      user: optional(
        option('--user', string({ metavar: 'NAME' }), {
          description: message`The username. Leave it empty if the server does not require a login.`,
        }),
      ),
      passEnv: withDefault(
        option('--pass-env', string({ metavar: 'NAME', pattern: /^[A-Za-z_][A-Za-z0-9_]*$/ }), {
          description: message`The variable that holds the password.`,
        }),
        'SMTP_PASS',
      ),
      yes: option('-y', '--yes', { description: message`Ask no questions, and use the defaults.` }),
      force: option('--force', { description: message`Replace an existing config.` }),
    }),
    sharedOptions,
  ),
  { brief: message`Write a starter config for your provider.` },
);

const ADVICE_ON_ENV = ' Copy this file to .env, and keep .env out of version control.';

type InitOptions = InferValue<typeof initCommand>;

export async function init(
  options: InitOptions,
  { io, printer, interactive }: CommandContext,
): Promise<Outcome> {
  const questions = interactive && !options.yes ? await createQuestions(io) : undefined;
  const target = resolve(io.cwd, options.file);
  const replace = await mayWrite(target, options, questions);
  const answers = await collectAnswers(options, questions);
  const known = await readVariables(io);
  const variables = variablesOf(answers);
  const missing = variables.filter(({ name }) => !known[name]);
  const values = new Map<string, string>();
  for (const variable of questions ? missing : []) {
    const value = questions ? await askValue(answers, variable, questions) : '';
    if (value !== '') values.set(variable.name, value);
  }

  const written = await writing(options.file, async () => {
    const config = `${JSON.stringify(starterConfig(answers), null, 2)}\n`;
    await writeFile(target, config, { flag: replace ? 'w' : 'wx' });
    const files = [options.file];
    const add = async (file: string, name: string, value: string, comment?: string) => {
      const isChanged = await addTo(resolve(io.cwd, file), name, value, comment);
      if (isChanged && !files.includes(file)) files.push(file);
    };
    for (const [index, { name, find }] of variables.entries())
      await add('.env.example', name, '', `${toTitle(find)}.${index === 0 ? ADVICE_ON_ENV : ''}`);
    for (const [name, value] of values) await add('.env', name, value);
    return files;
  });

  const { print, style } = printer;
  for (const file of written) print(`${style('✓', 'passed')} ${file}`);
  const name = options.file === DEFAULT_CONFIG_FILE ? '' : ` ${options.file}`;
  print('\nNext:');
  if (values.size > 0) print('  Keep .env out of version control.');
  const unset = missing.filter((variable) => !values.has(variable.name)).map((variable) => variable.name);
  if (unset.length > 0)
    print(`  Set ${unset.join(' and ')} in the environment or in .env (see .env.example).`);
  const advice = adviceOnLogin(answers);
  if (advice !== undefined) print(`  ${advice}`);
  print(`  npx @postern/cli check${name}    reports every problem in the config`);
  print(`  npx @postern/cli doctor${name}   checks whether emails can be sent`);
  return { exitCode: EXIT.ok, result: { files: written } };
}

/** Returns whether to replace an existing config, with the user's consent. */
async function mayWrite(target: string, { file, force }: InitOptions, questions: Questions | undefined) {
  const exists = await readFile(target).then(
    () => true,
    (error: unknown) => codeOf(error) !== 'ENOENT',
  );
  if (!exists || force) return force;
  if (questions && (await questions.confirm(`${file} already exists. Replace it?`))) return true;
  throw new CommandError('file_exists', `${file} already exists and was not changed.`, {
    hint: 'Choose another file name, or use --force to replace it.',
  });
}

/** Adds a variable to a file if it is missing. A new file with a value is readable only by its owner. */
async function addTo(file: string, name: string, value: string, comment?: string): Promise<boolean> {
  const before = await readFile(file, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  });
  const after = addVariable(before, name, value, comment);
  if (after === undefined) return false;
  await writeFile(file, after, { mode: value === '' ? 0o644 : 0o600 });
  return true;
}
