import { MailError, type MailErrorCode, type MailStage } from '@postern/core';

/** Names and hints for the part of Postern that uses the database. */
export interface DatabaseOwner {
  /** Follows "The database of", such as `the mail queue`. */
  readonly name: string;
  /** The option for the connection. */
  readonly option: string;
  /** How to create missing tables. */
  readonly migrateHint: string;
  /** How to grant missing privileges. */
  readonly grantHint: string;
}

/** The kinds of database errors. */
type Kind =
  | ('migration' | 'right' | 'authentication' | 'noDatabase' | 'tls' | 'option' | 'readOnly' | 'feature')
  | ('data' | 'slow' | 'busy' | 'unreachable');

type Meaning = readonly [code: MailErrorCode, message: string, hint: string, stage: MailStage];

const meaningsFor = ({ name, option, migrateHint, grantHint }: DatabaseOwner): Record<Kind, Meaning> => {
  const database = `The database of ${name}`;
  const invalid = (message: string, hint: string, stage: MailStage = 'config'): Meaning => [
    'config_invalid',
    message,
    hint,
    stage,
  ];
  return {
    migration: invalid(`The tables of ${name} are missing or have a different version.`, migrateHint),
    right: invalid(`The database role of ${name} lacks a privilege.`, grantHint),
    authentication: invalid(
      `${database} refused the login.`,
      `Check the username and password in the \`${option}\` option, and pg_hba.conf on the server.`,
    ),
    noDatabase: invalid(
      `${database} does not exist.`,
      `Create the database, or correct its name in the \`${option}\` option.`,
    ),
    tls: invalid(
      `TLS with the database of ${name} failed.`,
      "Check sslmode in the URL, or set the server's certificate authority in the `ssl` option of the pool.",
      'tls',
    ),
    option: invalid(`The \`${option}\` option is not valid.`, 'Check the URL and the files in it.'),
    readOnly: invalid(`${database} is read-only.`, 'Connect to the primary server, not to a replica.'),
    feature: invalid(`${database} lacks a feature.`, 'Use PostgreSQL 14 or later.'),
    data: [
      'payload_invalid',
      `${database} cannot store a value.`,
      'Check the type for a NUL character, and the dates for values thousands of years away. The cause has the details.',
      'payload',
    ],
    slow: [
      'timeout',
      `${database} did not finish in time.`,
      'Check pg_stat_activity for long transactions and locks, then try again.',
      'pool',
    ],
    busy: [
      'rate_limited',
      `${database} has run out of resources.`,
      'Check its connections, memory, and disk space. A smaller pool uses fewer connections.',
      'pool',
    ],
    unreachable: [
      'connection_failed',
      `${database} did not answer.`,
      `Check that the server is running, and check the host and port in the \`${option}\` option. The cause has the details.`,
      'pool',
    ],
  };
};

/** The kinds by SQLSTATE, or by its class, the first two characters (PostgreSQL manual, appendix A). */
const KINDS: Readonly<Record<string, Kind>> = {
  '08': 'unreachable',
  '0A': 'feature',
  '22': 'data',
  '23': 'data',
  '25006': 'readOnly',
  '25P03': 'slow',
  '25P04': 'slow',
  '28': 'authentication',
  '3D': 'noDatabase',
  '3F': 'migration',
  '40': 'slow',
  '42': 'migration',
  '42501': 'right',
  '53': 'busy',
  '54': 'data',
  '55P03': 'slow',
  '57014': 'slow',
  '57P04': 'noDatabase',
};

const SQLSTATE = /^(?:\d[0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3}$/;
/** Codes of OpenSSL and Node.js for a failed handshake (Node.js manual, "X509 certificate error codes"). */
const TLS_CODE =
  /^(?:ERR_(?:TLS|SSL)_|CERT_|CRL_|UNABLE_TO_)|_CERT|^(?:EPROTO|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)$/;
/** Errors of `pg` that have no code. */
const UNCODED: readonly (readonly [RegExp, Kind])[] = [
  [/does not support SSL|SSL negotiation|SSL connection/, 'tls'],
  [/^(?:SASL|SCRAM)|password must be a string|authentication type/i, 'authentication'],
];

const propertyOf = (error: unknown, name: 'code' | 'syscall'): string =>
  error instanceof Error && name in error ? String(Reflect.get(error, name)) : '';

/** Returns the SQLSTATE of an error from PostgreSQL, or `undefined` for a connection error. */
export function sqlStateOf(error: unknown): string | undefined {
  const code = propertyOf(error, 'code');
  return SQLSTATE.test(code) ? code : undefined;
}

function kindOf(cause: unknown): Kind {
  const state = sqlStateOf(cause);
  if (state !== undefined) return KINDS[state] ?? KINDS[state.slice(0, 2)] ?? 'unreachable';
  const code = propertyOf(cause, 'code');
  if (TLS_CODE.test(code)) return 'tls';
  // A certificate file in the URL cannot be read, or the URL is not valid.
  if (code === 'ERR_INVALID_URL' || propertyOf(cause, 'syscall') === 'open') return 'option';
  const message = cause instanceof Error && code === '' ? cause.message : '';
  return UNCODED.find(([pattern]) => pattern.test(message))?.[1] ?? 'unreachable';
}

/** Whether the database refuses these values permanently. */
export const isRefused = (error: unknown): boolean => kindOf(error) === 'data';

/** Converts a database error to a `MailError` with a hint: correct the configuration or the data, or try again. */
export function createDatabaseErrors(owner: DatabaseOwner): (cause: unknown) => MailError {
  const meanings = meaningsFor(owner);
  return (cause) => {
    if (cause instanceof MailError) return cause;
    const [code, message, hint, stage] = meanings[kindOf(cause)];
    return new MailError(code, message, { stage, hint, cause });
  };
}
