import {
  ConfigError,
  type ConfigIssue,
  type ConfigVariables,
  type ConnectorConfig,
  inspectConnectorConfig,
  parseProviders,
} from '@postern/core';
import { createSmtpTransport, providerRules } from '@postern/transport-smtp';

export interface InspectOptions {
  /** The values of `${NAME}` references. @default none */
  readonly variables?: ConfigVariables;
  /** Usage types that need a template. @default none */
  readonly requireTypes?: readonly string[];
}

export interface InspectedConfig {
  /** Absent if the config has an error. */
  readonly config?: ConnectorConfig;
  readonly issues: readonly ConfigIssue[];
}

/** Checks a config against the schema, the rules of its provider, and the transport. It opens no connection. */
export function inspectConfig(value: unknown, options: InspectOptions = {}): InspectedConfig {
  const { config, issues } = inspectConnectorConfig(value, { ...options, rules: providerRules });
  const further = config === undefined ? [] : transportIssues(config);
  return { ...(config && further.length === 0 && { config }), issues: [...issues, ...further] };
}

/** Only the transport can check the service name, the TLS options, and the DKIM key of an SMTP server. */
const transportIssues = (config: ConnectorConfig): readonly ConfigIssue[] =>
  parseProviders(config).flatMap((provider, index) => {
    if (provider.name !== 'smtp') return [];
    const path = config.providers ? ['providers', index] : config.provider ? ['provider'] : [];
    const { name: _, ehloName, ...server } = provider;
    try {
      void createSmtpTransport({ ...server, name: ehloName }).close();
      return [];
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return error.issues.map((issue) => ({ ...issue, path: [...path, ...issue.path] }));
    }
  });
