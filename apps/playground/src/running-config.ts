import {
  type ConfigVariables,
  type ConnectorConfig,
  parseSmtpConfig,
  resolveVariables,
  type Template,
} from '@postern/core';
import { demoServer, formatConfig, withoutServer } from './built-in-config.js';
import { type ConfigText, readConfigText } from './config-text.js';
import { networkHostsOf } from './network-hosts.js';
import { refusal } from './problem.js';
import type { RunningConfig } from './wire/config.js';
import type { DeliveryTarget } from './wire/session.js';

/** The config that all delivery paths use. */
export interface ConfigStore {
  readonly current: AppliedConfig;
  /**
   * Uses the config in a text from now on.
   *
   * @throws {ProblemError} `config_invalid` with every issue, and keeps the previous config
   */
  apply(text: string, allowHosts: readonly string[]): RunningConfig;
  /** Replaces the template with the same usage type and language, or adds one. */
  putTemplate(template: Template): RunningConfig;
  describe(): RunningConfig;
  /** Checks a text like `apply`, without applying it. */
  read(text: string): ConfigText;
  readonly variables: ConfigVariables;
}

interface AppliedConfig {
  readonly text: string;
  /** The JSON with its references. */
  readonly value: unknown;
  /** The config to send with. It uses the playground's server unless the host is allowed. */
  readonly config: ConnectorConfig;
  readonly target: DeliveryTarget;
}

export interface ConfigStoreOptions {
  readonly text: string;
  readonly variables: ConfigVariables;
  /** The hosts of the config or server that the playground was started with. */
  readonly allowedHosts: readonly string[];
  readonly primary: { readonly host: string; readonly port: number };
  onChange(): void;
}

interface Applied extends AppliedConfig {
  readonly issues: RunningConfig['issues'];
  readonly withheldHosts: readonly string[];
  readonly allowHosts: readonly string[];
}

export function createConfigStore(options: ConfigStoreOptions): ConfigStore {
  const { variables, allowedHosts, primary, onChange } = options;
  let applied = prepare(options.text, []);

  function prepare(text: string, allowHosts: readonly string[]): Applied {
    const { value, config, issues } = readConfigText(text, variables);
    if (config === undefined) {
      const count = issues.filter(({ severity }) => severity === 'error').length;
      throw refusal('config_invalid', {
        detail: count === 1 ? 'The config has an error.' : `The config has ${count} errors.`,
        issues,
      });
    }
    const allowed = [...allowedHosts, ...allowHosts].map((host) => host.toLowerCase());
    const withheldHosts = networkHostsOf(config).filter((host) => !allowed.includes(host));
    return { text, value, issues, allowHosts, withheldHosts, ...aim(config, withheldHosts.length > 0) };
  }

  function aim(config: ConnectorConfig, isWithheld: boolean): Pick<Applied, 'config' | 'target'> {
    const server = `${primary.host}:${primary.port}`;
    // Use the sender and the templates with the playground's server. The playground never calls the API of a provider.
    if (isWithheld || config.provider || config.providers)
      return {
        config: { ...ownServer(), ...withoutServer(config) } as ConnectorConfig,
        target: { mode: 'trap', server },
      };
    if (config.host === primary.host && config.port === primary.port)
      return { config, target: { mode: 'trap', server } };
    const address = config.host === undefined ? config.service : `${config.host}:${config.port ?? 587}`;
    return { config, target: { mode: 'server', server: address ?? '' } };
  }

  const ownServer = () => parseSmtpConfig(resolveVariables(demoServer(primary), variables).config);

  function replace(next: Applied): RunningConfig {
    applied = next;
    onChange();
    return describe();
  }

  const describe = (): RunningConfig => ({
    text: applied.text,
    issues: applied.issues,
    delivery: applied.target,
    ...(applied.withheldHosts.length > 0 && { withheldHosts: applied.withheldHosts }),
  });

  return {
    variables,
    get current() {
      return applied;
    },
    apply: (text, allowHosts) => replace(prepare(text, allowHosts)),
    putTemplate(template) {
      const config = applied.value as { templates: readonly Template[] }; // `prepare` checked it
      const isSame = (other: Template) =>
        other.usageType === template.usageType &&
        (other.locale || undefined) === (template.locale || undefined);
      const index = config.templates.findIndex(isSame);
      const templates =
        index === -1 ? [...config.templates, template] : config.templates.with(index, template);
      return replace(prepare(formatConfig({ ...config, templates }), applied.allowHosts));
    },
    describe,
    read: (text) => readConfigText(text, variables),
  };
}
