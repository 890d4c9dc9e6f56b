import { ConfigError, type ConfigIssue, inspectConnectorConfig, readSender } from '@postern/core';
import { isObject } from '../config/config-patch.js';
import { readServerConfig } from '../config/server-config.js';
import { hostOf, type ServerConfig } from '../config/well-known-service.js';
import { providerOf } from '../provider/known-providers.js';
import type { Provider } from '../provider/provider.js';
import { checkProvider, type ProviderIssue } from '../provider/provider-rules.js';
import type { DiagnosisProblem } from './diagnosis.js';

/** The parts of the config that concern the delivery path. */
export interface ReadConfig {
  /** Undefined if the config is not valid. */
  server?: ServerConfig;
  provider: Provider | undefined;
  /** The envelope sender (RFC 5321 MAIL FROM), if the config has one. */
  sender?: string;
  /** The sender address that recipients see. */
  from?: string;
  problems: readonly DiagnosisProblem[];
}

/** Describes an issue of a config as a problem of a step. */
export const toProblem = ({ severity, message, hint, path, patch }: ProviderIssue): DiagnosisProblem => ({
  severity,
  ...(severity === 'error' && { code: 'config_invalid' }),
  message,
  ...(hint !== undefined && { hint }),
  temporary: false,
  path,
  ...(patch && { patch }),
});

function readServer(
  config: unknown,
  hasTokens: boolean,
): { server?: ServerConfig; issues: readonly ConfigIssue[] } {
  try {
    return { server: readServerConfig(config, { hasTokens }), issues: [] };
  } catch (error) {
    if (error instanceof ConfigError) return { issues: error.issues };
    throw error;
  }
}

function readFrom(fromEmail: unknown): { from?: string; issues: readonly ConfigIssue[] } {
  if (typeof fromEmail !== 'string' || fromEmail === '') return { issues: [] };
  try {
    return { from: readSender(fromEmail).address, issues: [] };
  } catch (error) {
    if (error instanceof ConfigError) return { issues: error.issues };
    throw error;
  }
}

/** Reads a config as the transport does, and checks the rules of its provider. Ignores templates. */
export function readConfig(config: unknown, hasTokens: boolean): ReadConfig {
  const raw = isObject(config) ? config : {};
  const { server, issues } = readServer(config, hasTokens);
  const { from, issues: issuesOfFrom } = readFrom(raw.fromEmail);
  let ofProvider: ProviderIssue[] = [];
  const inspected = inspectConnectorConfig(config, {
    rules: [
      (prepared) => {
        ofProvider = checkProvider(prepared);
        return [];
      },
    ],
  });
  const warnings = inspected.issues.filter(
    ({ severity, path: [key] }) => severity === 'warning' && key !== 'templates' && key !== 'defaultLocale',
  );
  const problems = [...issues, ...issuesOfFrom, ...ofProvider, ...warnings].map(toProblem);
  const host = server?.host ?? hostOf(raw);
  const sender = server?.envelopeFrom ?? from;
  return {
    ...(server && !problems.some(({ severity }) => severity === 'error') && { server }),
    provider: host === undefined ? undefined : providerOf(host),
    ...(sender !== undefined && { sender }),
    ...(from !== undefined && { from }),
    problems,
  };
}
