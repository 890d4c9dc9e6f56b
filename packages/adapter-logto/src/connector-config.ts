import {
  ConfigError,
  type ConfigIssue,
  type ConnectorConfig,
  inspectConnectorConfig,
  type Mailbox,
} from '@postern/core';
import { createSmtpTransport } from '@postern/transport-smtp';
import { omitUnusable, repairConfig } from './config-repair.js';
import { inspectLinkGuard, type ProtectLink } from './link-guard.js';
import { isAcceptedByOfficial, isRecord } from './official-rules.js';
import { readProviderForm, selectsProvider } from './provider-form.js';
import { readAddresses } from './written-addresses.js';

/** The result of inspecting a config. */
export interface InspectedConfig {
  /** Undefined if no email can be sent with it. */
  readonly config?: ConnectorConfig;
  /** The sender, if the official connector accepts it but `@postern/core` does not. */
  readonly sender?: Mailbox;
  /** Undefined if the config has no link guard. */
  readonly protectLink?: ProtectLink | undefined;
  /** All issues. Without a config, they include errors. */
  readonly issues: readonly ConfigIssue[];
  /** The problems that were fixed or dropped to send anyway. */
  readonly repaired: readonly ConfigIssue[];
}

const isError = ({ severity }: ConfigIssue) => severity === 'error';

/** Without a type, the official connector uses the password, even if the config also has the keys of a service account. */
function preferPassword(auth: unknown): unknown {
  if (!isRecord(auth) || auth.type || !auth.user || !auth.pass) return auth;
  const { serviceClient: _, privateKey: __, ...login } = auth;
  return login;
}

/** The console passes `{}` for an empty JSON field. */
const isEmpty = (value: unknown) => isRecord(value) && Object.keys(value).length === 0;

function prepare(input: unknown): unknown {
  if (!isRecord(input)) return input;
  const { dkim, ...config } = readProviderForm(input);
  return { ...config, ...(!isEmpty(dkim) && { dkim }), auth: preferPassword(config.auth) };
}

/** Logto removes an empty `auth` when it stores a config that the official connector accepted. */
const wasAccepted = (config: unknown) =>
  isRecord(config) &&
  !selectsProvider(config) &&
  isAcceptedByOfficial({ ...config, auth: config.auth ?? {} });

/** Logto sends these from every instance. Its console, and the official connector, require a template for each. */
const REQUIRED_USAGE_TYPES = ['Register', 'SignIn', 'ForgotPassword', 'Generic'];

/** Runs the checks of core, and those of the transport that need Node.js. */
function check(input: unknown): { config?: ConnectorConfig; issues: ConfigIssue[] } {
  const { config, issues } = inspectConnectorConfig(input, {
    brokenTemplate: 'text',
    requireTypes: REQUIRED_USAGE_TYPES,
  });
  if (config === undefined) return { issues };
  if (config.provider || config.providers) return { config, issues };
  try {
    // The transport opens no connection before the first email.
    void createSmtpTransport(config).close();
    return { config, issues };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { issues: [...issues, ...error.issues] };
  }
}

/** A placeholder for the sender, which replaces it later. */
const STAND_IN = 'sender@localhost';

/**
 * Checks a config. If the official connector accepts a config, this function repairs it where needed, so that emails continue to
 * be sent: a sender with a comma in its name, an invalid template, or a password without a user. The official connector has no
 * link guard, so a link guard that is not valid is always an error.
 */
export function inspectConfig(input: unknown): InspectedConfig {
  const { linkGuard, ...rest } = isRecord(input) ? input : {};
  const { protectLink, issues } = inspectLinkGuard(linkGuard);
  const inspected = inspectMailConfig(isRecord(input) ? rest : input);
  return issues.length > 0
    ? { issues: [...inspected.issues, ...issues], repaired: [] }
    : { ...inspected, protectLink };
}

function inspectMailConfig(input: unknown): InspectedConfig {
  const prepared = prepare(input);
  const first = check(prepared);
  if (first.config !== undefined || !isRecord(prepared) || !wasAccepted(input))
    return { ...first, repaired: [] };

  const errors = first.issues.filter(isError);
  let candidate = repairConfig(prepared, errors);
  let result = check(candidate);
  // A repaired value may have another problem. Check at most three times.
  for (let round = 0; result.config === undefined && round < 2; round++) {
    candidate = omitUnusable(candidate, result.issues.filter(isError));
    result = check(candidate);
  }
  const [sender] = readAddresses(candidate.fromEmail);
  const remaining = result.issues.filter(isError);
  if (sender && remaining.length > 0 && remaining.every(({ path }) => path[0] === 'fromEmail')) {
    const { config } = check({ ...candidate, fromEmail: STAND_IN });
    if (config) return { config, sender, issues: first.issues, repaired: errors };
  }
  return result.config === undefined
    ? { issues: [...first.issues.filter((issue) => !isError(issue)), ...remaining], repaired: [] }
    : { config: result.config, issues: first.issues, repaired: errors };
}
