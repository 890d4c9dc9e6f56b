import { type ConfigIssue, warning } from '../config-issue.js';
import { checkCombinations } from './check-combinations.js';
import { checkKeys } from './check-keys.js';
import { checkPem } from './check-pem.js';
import { isRecord, type Raw } from './config-input.js';
import { AUTH_KEYS } from './smtp-auth.js';
import { DKIM_KEYS } from './smtp-config.js';
import { TLS_KEYS, TLS_SERVER_KEYS } from './tls-keys.js';

/** Checks the settings of an SMTP server, except for unknown keys at the top level. */
export const checkServer = (raw: Raw, nameKey = 'name'): ConfigIssue[] => [
  ...(isRecord(raw.auth) ? checkKeys(raw.auth, AUTH_KEYS, { path: ['auth'] }) : []),
  ...(isRecord(raw.dkim) ? checkKeys(raw.dkim, DKIM_KEYS, { path: ['dkim'] }) : []),
  ...(isRecord(raw.tls) ? checkKeys(raw.tls, [...TLS_KEYS, ...TLS_SERVER_KEYS], { path: ['tls'] }) : []),
  ...checkCombinations(raw),
  ...checkPem(raw.tls),
  ...checkName(raw, nameKey),
];

function checkName(raw: Raw, key: string): ConfigIssue[] {
  const name = raw[key];
  if (typeof name !== 'string' || /^[\x21-\x7e]*$/.test(name)) return [];
  const message = `${key} is sent in EHLO, where many servers accept only ASCII (Gmail: 501 5.5.4): set it to a host name`;
  return [warning([key], 'name_not_ascii', message)];
}
