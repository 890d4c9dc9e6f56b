import { resolve } from 'node:path';
import { merge, object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import { multiple, optional, withDefault } from '@optique/core/modifiers';
import type { InferValue } from '@optique/core/parser';
import { argument, command, constant, option } from '@optique/core/primitives';
import { choice, string } from '@optique/core/valueparser';
import { path } from '@optique/run/valueparser';
import { ConfigError, type Template } from '@postern/core';
import { createTemplates, LOCALES } from '@postern/templates';
import { writeTemplates } from '@postern/templates/files';
import { type CommandContext, EXIT, type Outcome } from '../command.js';
import { CommandError } from '../command-error.js';
import { writing } from '../file-access.js';
import { sharedOptions } from '../options.js';

export const ejectCommand = command(
  'eject',
  merge(
    object({
      command: constant('eject'),
      folder: withDefault(
        argument(path({ metavar: 'FOLDER', type: 'directory' }), {
          description: message`The folder for the files.`,
        }),
        'emails',
      ),
      brand: option('--brand', string({ metavar: 'NAME' }), {
        description: message`The name of your brand.`,
      }),
      logo: optional(
        option('--logo', string({ metavar: 'URL' }), {
          description: message`A logo to show instead of the name: an https image.`,
        }),
      ),
      accent: optional(
        option('--accent', string({ metavar: 'COLOR' }), {
          description: message`The color of buttons, such as '#1f4fd8'.`,
        }),
      ),
      support: optional(
        option('--support', string({ metavar: 'URL' }), {
          description: message`A link for the footer: https or mailto.`,
        }),
      ),
      address: optional(
        option('--address', string({ metavar: 'TEXT' }), {
          description: message`A postal address for the footer.`,
        }),
      ),
      locales: multiple(
        option('--locale', choice(LOCALES, { metavar: 'TAG' }), {
          description: message`A language. Repeat the flag for more languages. Default: all languages.`,
        }),
      ),
      force: option('--force', { description: message`Replace existing files. Edits in them are lost.` }),
    }),
    sharedOptions,
  ),
  { brief: message`Write ready-made templates in 25 languages to files that you can edit.` },
);

type EjectOptions = InferValue<typeof ejectCommand>;

export async function eject(options: EjectOptions, { io, printer }: CommandContext): Promise<Outcome> {
  const { folder, force } = options;
  const files = await writing(folder, () =>
    writeTemplates(resolve(io.cwd, folder), makeTemplates(options), { overwrite: force }),
  ).catch((error: unknown) => {
    throw error instanceof ConfigError ? alreadyThere(error, folder) : error;
  });

  const { print, style } = printer;
  print(`${style('✓', 'passed')} ${folder}: ${files.length} files, such as ${folder}/${files[0]}`);
  print('\nEdit them, then use them instead of the templates in the config:');
  print(`  npx @postern/cli check --templates ${folder}     reports every problem in the templates`);
  print(`  npx @postern/cli preview --templates ${folder}   shows the emails`);
  print(`In a program: readTemplates('${folder}'), from @postern/templates/files`);
  return { exitCode: EXIT.ok, result: { folder, files } };
}

/** The flags for the options of `createTemplates`. */
const FLAGS: Readonly<Record<string, string>> = {
  'brand.name': '--brand',
  'brand.logoUrl': '--logo',
  'brand.colors.light.accent': '--accent',
  'brand.supportUrl': '--support',
  'brand.address': '--address',
};

function makeTemplates({ brand, logo, accent, support, address, locales }: EjectOptions): Template[] {
  try {
    return createTemplates({
      brand: {
        ...{ name: brand, logoUrl: logo, address, supportUrl: support },
        colors: { light: { accent } },
      },
      locales: locales.length === 0 ? undefined : locales,
    });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const problems = error.issues.map(({ path, message }) => {
      const option = path.join('.');
      return `${FLAGS[option] ?? option} ${message}`;
    });
    throw new CommandError('usage', `${problems.join('; ')}.`, { cause: error });
  }
}

function alreadyThere({ issues: [first, ...others] }: ConfigError, folder: string): CommandError {
  const more = others.length === 0 ? ' already exists' : ` and ${others.length} more files already exist`;
  return new CommandError('file_exists', `${folder}/${first?.path[0]}${more}.`, {
    hint: 'Choose another folder, or use --force to replace them. Edits in them are lost.',
  });
}
