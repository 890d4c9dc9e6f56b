import { MailError, type MailErrorCode } from '@postern/core';

type Meaning = readonly [code: MailErrorCode, message: string, hint: string];

const LOGIN: Meaning = [
  'config_invalid',
  'Redis refused the login of redisStore.',
  'Check the user name and password of the client.',
];
const BUSY: Meaning = [
  'rate_limited',
  'Redis cannot run the commands of redisStore at the moment.',
  'Check the memory, disk, and log of the server, then try again.',
];
const UNREACHABLE: Meaning = [
  'connection_failed',
  'Redis did not answer redisStore.',
  'Check that the server is running, and check its address in the client. The cause has the details.',
];

/** The meaning of an error reply, by its code: the first word, in upper case (RESP specification, "Simple errors"). */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  WRONGPASS: LOGIN,
  NOAUTH: LOGIN,
  NOPERM: [
    'config_invalid',
    'The redisStore user lacks a permission in Redis.',
    'Grant the commands and keys in packages/verification/docs/production.md. The cause names what is missing.',
  ],
  MOVED: [
    'config_invalid',
    'The redisStore client is connected to only one node of a cluster.',
    'Pass a client for clusters.',
  ],
  READONLY: [
    'connection_failed',
    'redisStore is connected to a read-only replica.',
    'Connect to the primary server, then try again.',
  ],
  OOM: [
    'rate_limited',
    'Redis has no memory left for redisStore.',
    'Raise maxmemory, or remove other data. Keep maxmemory-policy at noeviction.',
  ],
  ASK: BUSY,
  BUSY: BUSY,
  CLUSTERDOWN: UNREACHABLE,
  LOADING: BUSY,
  MASTERDOWN: UNREACHABLE,
  MISCONF: BUSY,
  TRYAGAIN: BUSY,
};

const codeOf = (cause: unknown): string => {
  const message = cause instanceof Error ? cause.message : '';
  return /^[A-Z]+(?= )/.exec(message)?.[0] ?? '';
};

/** Converts an error of a Redis client to a `MailError` with a hint: correct the configuration, or try again. */
export function redisError(cause: unknown): MailError {
  if (cause instanceof MailError) return cause;
  const [code, message, hint] = MEANINGS[codeOf(cause)] ?? UNREACHABLE;
  // The original error may have the command as a property, which can contain a password.
  const told = new Error(
    cause instanceof Error ? cause.message : 'The client threw a value that is not an error.',
  );
  const stage = code === 'config_invalid' ? 'config' : 'pool';
  return new MailError(code, message, { stage, hint, cause: told });
}

/** The error for a reply that does not have the format of a script's result. */
export const unreadableReply = (): MailError =>
  new MailError('config_invalid', 'The redisStore client returned an invalid reply.', {
    stage: 'config',
    hint: 'Pass a client that returns strings and numbers, without reply transformers.',
  });
