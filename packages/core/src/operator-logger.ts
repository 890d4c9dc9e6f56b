import { type LogEvent, type Logger, silentLogger } from './logger.js';
import { MailError } from './mail-error.js';
import { maskAddress } from './secrets.js';

/** Bounds memory if a process keeps failing in new ways. */
const MAX_KINDS = 200;
const MAX_LENGTH = 1000;
const FRAMES = 6;

/**
 * Creates the default logger for applications that do not pass one. It writes errors to `console.error`, once per kind (an
 * event and its code), so that failures that only the operator can fix are visible. It drops all other events.
 *
 * Addresses, credentials, links, and codes in messages are masked, because a message may come from any source.
 */
export function createOperatorLogger(): Logger {
  const seen = new Set<string>();
  return {
    ...silentLogger,
    error(event) {
      const kind = [event.event, event.code, event.error instanceof Error ? event.error.name : ''].join(' ');
      if (seen.has(kind) || seen.size >= MAX_KINDS) return;
      seen.add(kind);
      // biome-ignore lint/suspicious/noConsole: without a logger, this is the only way to reach the operator
      console.error(toLines(event));
    },
  };
}

/** Uses only fields that are known to contain no secrets, and masks messages. */
function toLines({ event, code, route, lane, transport, message, error }: LogEvent): string {
  const where = [code, route, lane, transport].filter((part) => typeof part === 'string').join(', ');
  const told = error === undefined ? [clean(String(message ?? ''))] : describeError(error);
  const [summary = '', ...frames] = told;
  return [
    `Postern: ${event}${where && ` (${where})`}${summary && `: ${summary}`}`,
    ...frames,
    '  Further errors of this kind are not shown. To see every event, pass the `logger` option.',
  ].join('\n');
}

function describeError(error: unknown): string[] {
  if (error instanceof MailError) {
    return [`${error.name} ${error.code}: ${clean([error.message, error.hint].filter(Boolean).join(' '))}`];
  }
  if (!(error instanceof Error)) return [`${typeof error} was thrown`];
  const cause = error.cause instanceof Error ? ` (cause: ${clean(error.cause.message)})` : '';
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return [`${error.name}: ${clean(error.message)}${cause}`, ...frames.slice(0, FRAMES)];
}

const clean = (text: string): string =>
  text
    .slice(0, MAX_LENGTH)
    // A link keeps only its origin. The rest may be a token.
    .replace(/([a-z][a-z\d+.-]*:\/\/)(?:[^\s/@]*@)?([^\s/?#"'<>]*)[^\s"'<>]*/gi, '$1$2')
    .replace(/[^\s<>"'(),;:@]+@[\p{L}\p{N}.-]+/gu, (address) => maskAddress(address))
    .replace(/\d{6,}|(?=[\w-]*\d)[\w-]{20,}/g, '***')
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .trim();
