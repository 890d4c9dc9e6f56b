import type { LogEvent, Logger } from '@postern/core';

/** Prints events of the mailer in one line each: `mail.sent SignIn a***@example.com 12 ms`. */
export function createEventPrinter(print: (line: string) => void): Logger {
  const log = (event: LogEvent) => print(formatEvent(event));
  return { debug: () => {}, info: log, warn: log, error: log };
}

/** Prints only fields that are short. No field of an event contains a secret. */
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
