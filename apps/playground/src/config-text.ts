import { inspectConfig, type LocatedIssue, readJsonText, sortIssues } from '@postern/config-tools';
import { type ConfigVariables, type ConnectorConfig, formatPath } from '@postern/core';
import { refusal } from './problem.js';
import type { Issue } from './wire/issue.js';

/** The text of a config, and the result of its check. `config` is set if it has no errors. */
export interface ConfigText {
  readonly text: string;
  /** The JSON with its references, unless the syntax is not valid. */
  readonly value?: unknown;
  readonly config?: ConnectorConfig;
  /** Errors first, then by position. */
  readonly issues: readonly Issue[];
}

/** Logto requires these types, and the page sends them. */
const REQUIRED_USAGE_TYPES = ['Register', 'SignIn', 'ForgotPassword', 'Generic'];

const toIssue = ({ path, ...issue }: LocatedIssue): Issue => ({ ...issue, path: formatPath(path) });

/** Checks the text of a config. Never throws. */
export function readConfigText(text: string, variables: ConfigVariables): ConfigText {
  const json = readJsonText(text);
  if (!json.ok) return { text, issues: [toIssue(json.issue)] };
  const { value } = json;
  const { config, issues } = inspectConfig(value, { variables, requireTypes: REQUIRED_USAGE_TYPES });
  const located = issues.map((issue) => ({ ...issue, ...json.locate(issue.path) }));
  return { text, value, ...(config && { config }), issues: sortIssues(located).map(toIssue) };
}

/** @throws {ProblemError} `config_invalid` if the text is not JSON */
export function parseConfigText(text: string): unknown {
  const json = readJsonText(text);
  if (json.ok) return json.value;
  throw refusal('config_invalid', { detail: json.issue.message, issues: [toIssue(json.issue)] });
}
