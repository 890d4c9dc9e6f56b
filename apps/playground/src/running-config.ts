import { type ConfigVariables, type ConnectorConfig, parseSmtpConfig, resolveVariables } from '@postern/core';
import { demoServer, formatConfig, withoutServer } from './built-in-config.js';
import { type ConfigText, readConfigText } from './config-text.js';
import { networkHostsOf } from './network-hosts.js';
import { refusal } from './problem.js';
import type { RunningConfig } from './wire/config.js';
import type { DeliveryTarget } from './wire/session.js';
import type { TemplateRequest } from './wire/template.js';

/** The config that everything uses, until another one is applied. */
export interface ConfigStore {
  readonly current: AppliedConfig;
  /**
   * Uses the config of a text from now on.
   *
   * @throws {ProblemError} `config_invalid` with every issue; the former one stays
   */
  apply(text: string, allowHosts: readonly string[]): RunningConfig;
  /** Puts a template into it, in place of the one for its usage type and language. */
  putTemplate(template: TemplateRequest): RunningConfig;
  describe(): RunningConfig;
  /** Checks a text as `apply` does, and changes nothing. */
  read(text: string): ConfigText;
  readonly variables: ConfigVariables;
}

interface AppliedConfig {
  readonly text: string;
  /** As written, with references. */
  readonly value: unknown;
  /** What is sent with: in a trap, the playground's own server in place of a foreign one. */
  readonly config: ConnectorConfig;
  readonly target: DeliveryTarget;
}

export interface ConfigStoreOptions {
  readonly text: string;
  readonly file?: string | undefined;
  readonly variables: ConfigVariables;
  /** The hosts that the person who started it allowed. */
  readonly allowedHosts: readonly string[];
  readonly primary: { readonly host: string; readonly port: number };
  onChange(revision: number): void;
}

interface Applied extends AppliedConfig {
  readonly issues: RunningConfig['issues'];
  readonly withheldHosts: readonly string[];
  readonly allowHosts: readonly string[];
}

export function createConfigStore(options: ConfigStoreOptions): ConfigStore {
  const { file, variables, allowedHosts, primary, onChange } = options;
  let revision = 1;
  let applied = prepare(options.text, []);

  function prepare(text: string, allowHosts: readonly string[]): Applied {
    const { value, config, issues } = readConfigText(text, variables);
    if (config === undefined) {
      const count = issues.filter(({ severity }) => severity === 'error').length;
      throw refusal('config_invalid', {
        detail: count === 1 ? 'There is one error in it.' : `There are ${count} errors in it.`,
        issues,
      });
    }
    const allowed = [...allowedHosts, ...allowHosts].map((host) => host.toLowerCase());
    const withheldHosts = networkHostsOf(config).filter((host) => !allowed.includes(host));
    return { text, value, issues, allowHosts, withheldHosts, ...aim(config, withheldHosts.length > 0) };
  }

  function aim(config: ConnectorConfig, isWithheld: boolean): Pick<Applied, 'config' | 'target'> {
    const server = `${primary.host}:${primary.port}`;
    // Its sender and its templates, through the playground's own server.
    if (isWithheld)
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
    revision += 1;
    onChange(revision);
    return describe();
  }

  const describe = (): RunningConfig => ({
    text: applied.text,
    issues: applied.issues,
    revision,
    delivery: applied.target,
    ...(applied.withheldHosts.length > 0 && { withheldHosts: applied.withheldHosts }),
    ...(file !== undefined && { file }),
  });

  return {
    variables,
    get current() {
      return applied;
    },
    apply: (text, allowHosts) => replace(prepare(text, allowHosts)),
    putTemplate(template) {
      const config = applied.value as { templates: readonly Record<string, unknown>[] }; // it was checked
      const wanted = Object.fromEntries(
        Object.entries(template).filter(([, part]) => part != null && part !== ''),
      );
      const isSame = (other: Record<string, unknown>) =>
        other.usageType === template.usageType &&
        (other.locale || undefined) === (template.locale || undefined);
      const index = config.templates.findIndex(isSame);
      const templates = index === -1 ? [...config.templates, wanted] : config.templates.with(index, wanted);
      return replace(prepare(formatConfig({ ...config, templates }), applied.allowHosts));
    },
    describe,
    read: (text) => readConfigText(text, variables),
  };
}
