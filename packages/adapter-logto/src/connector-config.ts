import {
  ConfigError,
  type ConfigIssue,
  type ConnectorConfig,
  inspectConnectorConfig,
  type Mailbox,
} from '@postern/core';
import { createSmtpTransport } from '@postern/transport-smtp';
import { omitUnusable, repairConfig } from './config-repair.js';
import { isAcceptedByOfficial, isRecord } from './official-rules.js';
import { readAddresses } from './written-addresses.js';

/** What is known about a config. */
export interface InspectedConfig {
  /** There unless nothing can be sent with it. */
  readonly config?: ConnectorConfig;
  /** The sender, where it is none that `@postern/core` would read: the official connector would use it. */
  readonly sender?: Mailbox;
  /** Everything about it; without a config, some of them are errors. */
  readonly issues: readonly ConfigIssue[];
  /** What was wrong with it, and put right or left out to send all the same. */
  readonly repaired: readonly ConfigIssue[];
}

const isError = ({ severity }: ConfigIssue) => severity === 'error';

/** Without a type, a password is what the official connector logs in with, even beside the keys of a service account. */
function preferPassword(auth: unknown): unknown {
  if (!isRecord(auth) || auth.type || !auth.user || !auth.pass) return auth;
  const { serviceClient: _, privateKey: __, ...login } = auth;
  return login;
}

/** The console passes `{}` for a field of JSON that is empty. */
const isEmpty = (value: unknown) => isRecord(value) && Object.keys(value).length === 0;

function prepare(input: unknown): unknown {
  if (!isRecord(input)) return input;
  const { dkim, ...config } = input;
  return { ...config, ...(!isEmpty(dkim) && { dkim }), auth: preferPassword(config.auth) };
}

/** Logto stores no empty `auth`, and the official connector accepted it before it was stored. */
const wasAccepted = (config: unknown) =>
  isRecord(config) && isAcceptedByOfficial({ ...config, auth: config.auth ?? {} });

/** Logto sends these from every instance. Its console, and the official connector, require a template for each. */
const REQUIRED_USAGE_TYPES = ['Register', 'SignIn', 'ForgotPassword', 'Generic'];

/** Core's checks, and those of the transport that take Node. */
function check(input: unknown): { config?: ConnectorConfig; issues: ConfigIssue[] } {
  const { config, issues } = inspectConnectorConfig(input, {
    brokenTemplate: 'text',
    requireTypes: REQUIRED_USAGE_TYPES,
  });
  if (config === undefined) return { issues };
  try {
    // It opens no connection before the first email.
    void createSmtpTransport(config).close();
    return { config, issues };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { issues: [...issues, ...error.issues] };
  }
}

/** Any address that can be parsed; the real one replaces it. */
const STAND_IN = 'sender@localhost';

/**
 * Checks a config. One that the official connector accepts is put right where it has to be, so that it goes on
 * sending: a sender with a comma in its name, a broken template, a password without a user.
 */
export function inspectConfig(input: unknown): InspectedConfig {
  const prepared = prepare(input);
  const first = check(prepared);
  if (first.config !== undefined || !isRecord(prepared) || !wasAccepted(input))
    return { ...first, repaired: [] };

  const errors = first.issues.filter(isError);
  let candidate = repairConfig(prepared, errors);
  let result = check(candidate);
  // What is repaired may be wrong in yet another way; nothing is looked at more than three times.
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
