/** One thing that happened, as data. Never holds secrets; addresses are masked. */
export interface LogEvent {
  /** What happened, dotted and stable, e.g. `mail.sent` or `smtp.connection.opened`. */
  event: string;
  [field: string]: unknown;
}

/**
 * Receives structured events. `console` and a pino logger are both valid loggers as they are. Errors of a logger are ignored.
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

/** A logger that never throws or rejects: a log that cannot be written must not cost an email, or the process. */
export function withoutErrors(logger: Logger): Logger {
  const guard = (level: keyof Logger) => (event: LogEvent) => {
    try {
      const written: unknown = logger[level](event);
      if (written instanceof Promise) written.catch(ignore);
    } catch {
      // There is nowhere to report it.
    }
  };
  return { debug: guard('debug'), info: guard('info'), warn: guard('warn'), error: guard('error') };
}
