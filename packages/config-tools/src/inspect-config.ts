import {
  ConfigError,
  type ConfigIssue,
  type ConfigVariables,
  type ConnectorConfig,
  inspectConnectorConfig,
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

/** Only the transport can check the service name, the TLS options, and the DKIM key. */
function transportIssues(config: ConnectorConfig): readonly ConfigIssue[] {
  try {
    void createSmtpTransport(config).close();
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.issues;
    throw error;
  }
}
