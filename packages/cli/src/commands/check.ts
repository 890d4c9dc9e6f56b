import { merge, object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import type { InferValue } from '@optique/core/parser';
import { command, constant } from '@optique/core/primitives';
import { sortIssues } from '@postern/config-tools';
import { apiProviders, type ConnectorConfig, type ProviderConfig, parseProviders } from '@postern/core';
import { type CommandContext, EXIT, type Outcome } from '../command.js';
import { inspectConfigFile } from '../config-file.js';
import { countIssues, formatIssues } from '../issue-list.js';
import { configOptions, sharedOptions, templatesOption } from '../options.js';

export const checkCommand = command(
  'check',
  merge(object({ command: constant('check'), templates: templatesOption }), configOptions, sharedOptions),
  { brief: message`Report every problem in a config and how to fix it.` },
);

export async function check(
  options: InferValue<typeof checkCommand>,
  { io, printer }: CommandContext,
): Promise<Outcome> {
  const { config, issues } = await inspectConfigFile(io, options);
  const { print, style } = printer;
  if (issues.length > 0) print(`${formatIssues(options.file, issues, style)}\n`);
  const counts = issues.length > 0 ? ` (${countIssues(issues)})` : '';
  print(
    config === undefined
      ? style(`✗ ${options.file} is not valid${counts}`, 'failed')
      : `${style(`✓ ${options.file} is valid${counts}`, 'passed')}: ${describe(config)}`,
  );
  return {
    exitCode: config === undefined ? EXIT.problem : EXIT.ok,
    result: { file: options.file, issues: sortIssues(issues) },
  };
}

function describe(config: ConnectorConfig): string {
  const providers = parseProviders(config).map(describeProvider).join(', then ');
  const count = config.templates.length;
  return `${providers}, ${count} ${count === 1 ? 'template' : 'templates'}`;
}

function describeProvider(provider: ProviderConfig): string {
  if (provider.name !== 'smtp')
    return `the API of ${apiProviders.find(({ name }) => name === provider.name)?.title ?? provider.name}`;
  const { service, host, port } = provider;
  return host === undefined ? (service ?? '') : [host, port].filter((part) => part !== undefined).join(':');
}
