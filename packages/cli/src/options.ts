import { object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import { optional, withDefault } from '@optique/core/modifiers';
import { argument, option } from '@optique/core/primitives';
import { path } from '@optique/run/valueparser';
import { DEFAULT_CONFIG_FILE } from './config-file.js';

/** What every command takes. */
export const sharedOptions = object('Everywhere', {
  json: option('--json', {
    description: message`Print the result as one JSON document on stdout, and nothing else there.`,
  }),
  verbose: option('--verbose', {
    description: message`Print the stack of an unexpected error (so does the variable DEBUG).`,
  }),
});

/** For commands that use templates. */
export const templatesOption = optional(
  option('--templates', path({ metavar: 'FOLDER', type: 'directory' }), {
    description: message`Template files (as of eject) in place of the config's templates.`,
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
    // Not `--env-file`: Node takes an option of that name for its own, wherever it stands.
    option('--env', path({ metavar: 'FILE', type: 'file' }), {
      description: message`Where the variables are that the config refers to, if not in the environment. Without it, .env if there is one.`,
    }),
  ),
});
