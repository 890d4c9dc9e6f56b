import {
  ConfigError,
  type ConfigIssue,
  type ConfigVariables,
  type ConnectorConfig,
  formatPath,
  inspectConnectorConfig,
} from '@postern/core';
import { createSmtpTransport, providerRules } from '@postern/transport-smtp';
import { readJsonText } from './json-text.js';
import type { Issue } from './wire/issue.js';

/** The text of a config, and what came of it. `config` is there when it can be used. */
export interface ConfigText {
  readonly text: string;
  /** The JSON as written, with references; absent when it is none. */
  readonly value?: unknown;
  readonly config?: ConnectorConfig;
  /** Errors first, in the order of the text. */
  readonly issues: readonly Issue[];
}

/** The page sends these types, and Logto sends them from every instance. */
const REQUIRED_USAGE_TYPES = ['Register', 'SignIn', 'ForgotPassword', 'Generic'];

/** Reads and checks the text of a config: every issue, with its place in the text. Never throws. */
export function readConfigText(text: string, variables: ConfigVariables): ConfigText {
  const json = readJsonText(text);
  if (!json.ok) return { text, issues: [json.issue] };
  const { value } = json;
  const { config, issues } = inspectConnectorConfig(value, {
    rules: providerRules,
    variables,
    requireTypes: REQUIRED_USAGE_TYPES,
  });
  const further = config === undefined ? [] : transportIssues(config);
  const located = [...issues, ...further].map(
    ({ path, ...issue }): Issue => ({
      ...issue,
      path: formatPath(path),
      ...json.locate(path),
    }),
  );
  return { text, value, ...(config && further.length === 0 && { config }), issues: located.sort(byPlace) };
}

const byPlace = (one: Issue, other: Issue): number =>
  Number(one.severity === 'warning') - Number(other.severity === 'warning') ||
  (one.line ?? 0) - (other.line ?? 0) ||
  (one.column ?? 0) - (other.column ?? 0);

/** What the transport alone can tell: the service's name, the TLS options, the DKIM key. It connects to nobody. */
function transportIssues(config: ConnectorConfig): readonly ConfigIssue[] {
  try {
    void createSmtpTransport(config).close();
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.issues;
    throw error;
  }
}
