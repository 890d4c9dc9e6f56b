/** One thing that happened, as data. Never holds secrets; addresses are masked. */
export interface LogEvent {
  /** What happened, dotted and stable, e.g. `mail.sent` or `smtp.connection.opened`. */
  event: string;
  [field: string]: unknown;
}

/**
 * Receives structured events. `console` and a pino logger are both valid loggers as they are.
 */
export interface Logger {
  debug(event: LogEvent): void;
  info(event: LogEvent): void;
  warn(event: LogEvent): void;
  error(event: LogEvent): void;
}

const ignore = () => {};

/** Swallows everything: the default. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
