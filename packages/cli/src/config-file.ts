import { resolve } from 'node:path';
import { inspectConfig, type LocatedIssue, readJsonText } from '@postern/config-tools';
import {
  type ConfigIssue,
  type ConfigVariables,
  type ConnectorConfig,
  inspectConnectorConfig,
  resolveVariables,
} from '@postern/core';
import type { DiagnoseConfig } from '@postern/transport-smtp';
import { CommandError } from './command-error.js';
import { readVariables } from './environment.js';
import { readText } from './file-access.js';
import type { Io } from './io.js';
import { readTemplateFolder } from './template-folder.js';

/** The name that a config has unless another is given. */
export const DEFAULT_CONFIG_FILE = 'connector.json';

export interface ConfigFileOptions {
  /** Relative to the working directory. */
  readonly file: string;
  readonly envFile?: string | undefined;
  /** A folder of template files, which take the place of the config's templates. */
  readonly templates?: string | undefined;
}

/** What a file holds: its JSON as written, and the variables that it may refer to. */
interface Source {
  readonly value: unknown;
  readonly variables: ConfigVariables;
  locate(issues: readonly ConfigIssue[]): LocatedIssue[];
}

async function readSource(
  io: Io,
  { file, envFile, templates }: ConfigFileOptions,
): Promise<Source | readonly LocatedIssue[]> {
  const hint =
    file === DEFAULT_CONFIG_FILE
      ? 'Run `postern init` to make one, or name another file.'
      : `Run \`postern init ${file}\` to make it, or name another file.`;
  const [text, variables] = await Promise.all([
    readText(resolve(io.cwd, file), file, hint),
    readVariables(io, envFile),
  ]);
  const json = readJsonText(text);
  if (!json.ok) return [json.issue];
  const { value } = json;
  const locate: Source['locate'] = (issues) =>
    issues.map((issue) => ({ ...issue, ...json.locate(issue.path) }));
  if (templates === undefined || !isObject(value)) return { value, variables, locate };

  const { defaultLocale } = value;
  const folder = await readTemplateFolder(
    io,
    templates,
    typeof defaultLocale === 'string' ? defaultLocale : undefined,
  );
  if (!('templates' in folder)) return folder;
  const isOfFolder = ({ path }: ConfigIssue) => path[0] === 'templates';
  return {
    value: { ...value, templates: folder.templates },
    variables,
    locate: (issues) => [
      ...locate(issues.filter((issue) => !isOfFolder(issue))),
      ...folder.locate(issues.filter(isOfFolder)),
    ],
  };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What became of a config file. `config` is there when it can be used; warnings may be there in any case. */
export interface InspectedConfig {
  readonly config?: ConnectorConfig;
  readonly issues: readonly LocatedIssue[];
}

/**
 * Reads a config and everything that is wrong with it.
 *
 * @throws {CommandError} when there is no file to read
 */
export async function inspectConfigFile(
  io: Io,
  options: ConfigFileOptions,
  { login = true }: { login?: boolean } = {},
): Promise<InspectedConfig> {
  const source = await readSource(io, options);
  if (!('value' in source)) return { issues: source };
  const written = login ? source.value : withoutLogin(source.value);
  const { config, issues } = inspectConfig(written, { variables: source.variables });
  return { ...(config && { config }), issues: source.locate(issues) };
}

const withoutLogin = (value: unknown): unknown =>
  isObject(value) ? { ...value, auth: {}, dkim: undefined } : value;

/**
 * A config that can be used; without its login and its DKIM key where nothing is sent, as their secrets may be elsewhere.
 *
 * @throws {CommandError} otherwise
 */
export async function readConfigFile(
  io: Io,
  options: ConfigFileOptions,
  { login = true }: { login?: boolean } = {},
): Promise<ConnectorConfig> {
  const { config, issues } = await inspectConfigFile(io, options, { login });
  if (config !== undefined) return config;
  throw unusable(options.file, issues);
}

/**
 * A config as it is written, for whoever looks into what is wrong with it; its references are resolved.
 *
 * @throws {CommandError} when it can't be read, or a variable is not set
 */
export async function readRawConfigFile(io: Io, options: ConfigFileOptions): Promise<DiagnoseConfig> {
  const source = await readSource(io, options);
  if (!('value' in source)) throw unusable(options.file, source);
  const { config, issues } = resolveVariables(source.value, source.variables);
  if (issues.length > 0) throw unusable(options.file, source.locate(issues));
  if (typeof config !== 'object' || config === null) {
    throw unusable(options.file, inspectConnectorConfig(config).issues);
  }
  return config; // of any shape: judging it is part of the diagnosis
}

const unusable = (file: string, issues: readonly LocatedIssue[]) =>
  new CommandError('config_invalid', `${file} can't be used.`, { issues });
