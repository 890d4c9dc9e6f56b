import { object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import { optional, withDefault } from '@optique/core/modifiers';
import { argument, option } from '@optique/core/primitives';
import { path } from '@optique/run/valueparser';
import { DEFAULT_CONFIG_FILE } from './config-file.js';

/** The options of every command. */
export const sharedOptions = object('Global options', {
  json: option('--json', {
    description: message`Print the result to stdout as one JSON document.`,
  }),
  verbose: option('--verbose', {
    description: message`Print the stack trace of an error. The environment variable DEBUG has the same effect.`,
  }),
});

/** For commands that use templates. */
export const templatesOption = optional(
  option('--templates', path({ metavar: 'FOLDER', type: 'directory' }), {
    description: message`Template files, such as those from eject, that replace the templates in the config.`,
  }),
);

/** The config that a command reads, after its other arguments. */
export const configOptions = object('Config', {
  file: withDefault(
    argument(path({ metavar: 'FILE', type: 'file' }), {
      description: message`The connector config, as JSON.`,
    }),
    DEFAULT_CONFIG_FILE,
  ),
  envFile: optional(
    // Not `--env-file`, because Node.js interprets an option with that name anywhere on the command line.
    option('--env', path({ metavar: 'FILE', type: 'file' }), {
      description: message`A file with the variables that the config refers to. Default: .env, if it exists.`,
    }),
  ),
});
