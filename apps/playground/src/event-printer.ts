import type { LogEvent, Logger } from '@postern/core';

/** Prints what the mailer did, one compact line each: `mail.sent SignIn a***@example.com 12 ms`. */
export function createEventPrinter(print: (line: string) => void): Logger {
  const log = (event: LogEvent) => print(formatEvent(event));
  return { debug: () => {}, info: log, warn: log, error: log };
}

/** Only fields that are known to be short; they never hold secrets, as no field of an event does. */
function formatEvent({ event, type, locale, to, code, stage, responseCode, durationMs }: LogEvent): string {
  return [
    event,
    type,
    locale,
    to,
    code,
    stage && `at ${stage}`,
    responseCode && `(${responseCode})`,
    durationMs !== undefined && `${durationMs} ms`,
  ]
    .filter(Boolean)
    .join(' ');
}
