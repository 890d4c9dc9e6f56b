import { resolve } from 'node:path';
import { inspectConfig, type LocatedIssue, readJsonText } from '@postern/config-tools';
import {
  type ConfigIssue,
  type ConfigVariables,
  type ConnectorConfig,
  inspectConnectorConfig,
  resolveVariables,
} from '@postern/core';
import type { TransportConfig } from '@postern/transport';
import { CommandError } from './command-error.js';
import { readVariables } from './environment.js';
import { readText } from './file-access.js';
import type { Io } from './io.js';
import { readTemplateFolder } from './template-folder.js';

/** The default file name of a config. */
export const DEFAULT_CONFIG_FILE = 'connector.json';

export interface ConfigFileOptions {
  /** Relative to the working directory. */
  readonly file: string;
  readonly envFile?: string | undefined;
  /** A folder of template files that replace the templates of the config. */
  readonly templates?: string | undefined;
}

/** The JSON of a file as written, and the variables that it can refer to. */
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
      ? 'Run `postern init` to create one, or specify another file.'
      : `Run \`postern init ${file}\` to create it, or specify another file.`;
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

/** An inspected config file. `config` is set if it is valid. A valid config can also have warnings. */
export interface InspectedConfig {
  readonly config?: ConnectorConfig;
  readonly issues: readonly LocatedIssue[];
}

/**
 * Reads a config and its problems.
 *
 * @throws {CommandError} if the file does not exist
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

/** A server that needs no secrets, in place of providers. */
const STAND_IN = { host: 'localhost', port: 25 };

function withoutLogin(value: unknown): unknown {
  if (!isObject(value)) return value;
  const { provider, providers, ...config } = value;
  return { ...config, ...(provider || providers ? STAND_IN : {}), auth: {}, dkim: undefined };
}

/**
 * Reads a valid config. With `login: false`, leaves out the login, the DKIM key, and the providers, because their secrets may not be
 * available and a command that sends nothing does not need them.
 *
 * @throws {CommandError} if the config is not valid
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
 * Reads a config as written, with its variables resolved, for commands that report its problems.
 *
 * @throws {CommandError} if it cannot be read, or a variable is not set
 */
export async function readRawConfigFile(io: Io, options: ConfigFileOptions): Promise<TransportConfig> {
  const source = await readSource(io, options);
  if (!('value' in source)) throw unusable(options.file, source);
  const { config, issues } = resolveVariables(source.value, source.variables);
  if (issues.length > 0) throw unusable(options.file, source.locate(issues));
  if (typeof config !== 'object' || config === null) {
    throw unusable(options.file, inspectConnectorConfig(config).issues);
  }
  return config; // of any shape: `diagnoseConfig` reports its problems
}

const unusable = (file: string, issues: readonly LocatedIssue[]) =>
  new CommandError('config_invalid', `${file} is not valid.`, { issues });
