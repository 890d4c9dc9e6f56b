import { ConfigError, type ConfigIssue, type PayloadValue } from '@postern/core';
import {
  createLinkProtector,
  DEFAULT_LINK_VALIDITY_MS,
  type LinkProtector,
  type LinkProtectorOptions,
  protectPayload,
} from '@postern/http/link-protector';
import { isRecord } from './official-rules.js';

type Payload = Readonly<Record<string, PayloadValue>>;

/** Replaces the link in the variables of an email to this address. */
export type ProtectLink = (payload: Payload, to: string) => Promise<Payload>;

const MIN_VALIDITY_MS = 60_000;
const MAX_VALIDITY_MS = 365 * 24 * 60 * 60 * 1000;

const isValidity = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= MIN_VALIDITY_MS && Number(value) <= MAX_VALIDITY_MS;

const VALIDITY_ISSUE: ConfigIssue = {
  severity: 'error',
  path: ['validityMs'],
  code: 'not_allowed',
  message: `must be a whole number of milliseconds from ${MIN_VALIDITY_MS} (a minute) to ${MAX_VALIDITY_MS} (a year)`,
};

function inspectOptions(options: object): { protector?: LinkProtector; issues: readonly ConfigIssue[] } {
  try {
    // Checks the options.
    return { protector: createLinkProtector(options as LinkProtectorOptions), issues: [] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { issues: error.issues };
  }
}

/** Checks the key `linkGuard`. An empty field of the console contains `{}`. */
export function inspectLinkGuard(input: unknown): { protectLink?: ProtectLink; issues: ConfigIssue[] } {
  if (input === undefined || input === null || input === '') return { issues: [] };
  if (!isRecord(input)) {
    const message = 'must be an object with url and keys';
    return { issues: [{ severity: 'error', path: ['linkGuard'], code: 'not_allowed', message }] };
  }
  if (Object.keys(input).length === 0) return { issues: [] };
  // Logto does not pass on the expiration of an invitation, which the application chooses.
  const { validityMs = DEFAULT_LINK_VALIDITY_MS, ...options } = input;
  const { protector, issues } = inspectOptions(options);
  if (protector && isValidity(validityMs))
    return {
      issues: [],
      protectLink: (payload, to) =>
        protectPayload(protector, payload, { to, expiresAt: new Date(Date.now() + validityMs) }),
    };
  const all = isValidity(validityMs) ? issues : [...issues, VALIDITY_ISSUE];
  return { issues: all.map((issue) => ({ ...issue, path: ['linkGuard', ...issue.path] })) };
}
