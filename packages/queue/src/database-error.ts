import { MailError, type MailErrorCode, type MailErrorDetails } from '@postern/core';

/** What an error of the database means for its caller. */
type Meaning = readonly [
  code: MailErrorCode,
  message: string,
  hint: string,
  stage?: MailErrorDetails['stage'],
];

const MIGRATION: Meaning = [
  'config_invalid',
  'The tables of the mail queue are missing, or are those of another version.',
  'Open the queue once with a role that may create tables, and check the option schema.',
];
const AUTHENTICATION: Meaning = [
  'config_invalid',
  'The database of the mail queue refused the login.',
  'Check the user and the password in connection, and pg_hba.conf on the server.',
];
const TLS: Meaning = [
  'config_invalid',
  'TLS with the database of the mail queue failed.',
  'Check sslmode in the URL, or pass a pool whose ssl option has the certificate authority of the server.',
  'tls',
];
const DATA: Meaning = [
  'payload_invalid',
  'The database of the mail queue can’t store this.',
  'Look for a NUL character in the type, or a date thousands of years away; the cause says more.',
  'payload',
];
const SLOW: Meaning = [
  'timeout',
  'The database of the mail queue did not finish in time.',
  'Look for long transactions and locks in pg_stat_activity. With an idempotency key, it is safe to repeat the call.',
  'pool',
];
const BUSY: Meaning = [
  'rate_limited',
  'The database of the mail queue has no resources left.',
  'Check its connections, memory and disk; a smaller poolSize takes fewer connections.',
  'pool',
];
const UNREACHABLE: Meaning = [
  'connection_failed',
  'The database of the mail queue did not answer.',
  'Check that the server is up and that the host and port in connection are right; the cause says more.',
  'pool',
];

/** By SQLSTATE, or by its class, which is its first two characters (PostgreSQL manual, appendix A). */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  '08': UNREACHABLE,
  '0A': ['config_invalid', 'The database of the mail queue lacks a feature.', 'Use PostgreSQL 14 or newer.'],
  '22': DATA,
  '23': DATA,
  '25006': [
    'config_invalid',
    'The database of the mail queue is read-only.',
    'Connect to the primary server, not to a replica.',
  ],
  '25P03': SLOW,
  '25P04': SLOW,
  '28': AUTHENTICATION,
  '3D': [
    'config_invalid',
    'The database of the mail queue does not exist.',
    'Create the database, or correct its name in connection.',
  ],
  '3F': MIGRATION,
  '40': SLOW,
  '42': MIGRATION,
  '42501': [
    'config_invalid',
    'The role of the mail queue lacks a right in the database.',
    'Grant the right to the role; the cause names the object.',
  ],
  '53': BUSY,
  '54': DATA,
  '55P03': SLOW,
  '57014': SLOW,
  '57P04': [
    'config_invalid',
    'The database of the mail queue was dropped.',
    'Create the database, or correct its name in connection.',
  ],
};

const SQLSTATE = /^(?:\d[0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3}$/;
/** Codes of OpenSSL and Node.js for a handshake that failed (Node.js manual, "X509 certificate error codes"). */
const TLS_CODE =
  /^(?:ERR_(?:TLS|SSL)_|CERT_|CRL_|UNABLE_TO_)|_CERT|^(?:EPROTO|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)$/;
/** `pg` gives no code to these. */
const UNCODED: readonly (readonly [RegExp, Meaning])[] = [
  [/does not support SSL|SSL negotiation|SSL connection/, TLS],
  [/^(?:SASL|SCRAM)|password must be a string|authentication type/i, AUTHENTICATION],
];

const propertyOf = (error: unknown, name: 'code' | 'syscall'): string =>
  error instanceof Error && name in error
    ? String((error as Error & Record<typeof name, unknown>)[name])
    : '';

/** The SQLSTATE of what PostgreSQL answered; `undefined` for an error of the connection. */
export function sqlStateOf(error: unknown): string | undefined {
  const code = propertyOf(error, 'code');
  return SQLSTATE.test(code) ? code : undefined;
}

function meaningOf(cause: unknown): Meaning {
  const state = sqlStateOf(cause);
  if (state !== undefined) return MEANINGS[state] ?? MEANINGS[state.slice(0, 2)] ?? UNREACHABLE;
  const code = propertyOf(cause, 'code');
  if (TLS_CODE.test(code)) return TLS;
  // A certificate named in the URL that can't be read, or no URL at all.
  if (code === 'ERR_INVALID_URL' || propertyOf(cause, 'syscall') === 'open') {
    return ['config_invalid', 'connection can’t be used.', 'Check the URL and the files that it names.'];
  }
  const message = cause instanceof Error && code === '' ? cause.message : '';
  return UNCODED.find(([pattern]) => pattern.test(message))?.[1] ?? UNREACHABLE;
}

/** Whether the database will refuse the same values again. */
export const isRefused = (error: unknown): boolean => meaningOf(error) === DATA;

/** What the caller can do about an error of the database: correct the configuration or the data, or try again. */
export function databaseError(cause: unknown): MailError {
  if (cause instanceof MailError) return cause;
  const [code, message, hint, stage = 'config'] = meaningOf(cause);
  return new MailError(code, message, { stage, hint, cause });
}
