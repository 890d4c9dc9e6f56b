/** A structured log event. Never contains secrets. Addresses are masked. */
export interface LogEvent {
  /** A stable, dotted name, such as `mail.sent` or `smtp.connection.opened`. */
  event: string;
  [field: string]: unknown;
}

/**
 * Receives structured events. You can pass `console` or a pino logger without a wrapper. Errors that a logger throws are
 * ignored.
 */
export interface Logger {
  debug(event: LogEvent): void;
  info(event: LogEvent): void;
  warn(event: LogEvent): void;
  error(event: LogEvent): void;
}

const ignore = () => {};

/** Discards all events. The default. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** Wraps a logger so that it never throws or rejects. A failing logger must not stop an email or the process. */
export function withoutErrors(logger: Logger): Logger {
  const guard = (level: keyof Logger) => (event: LogEvent) => {
    try {
      const written: unknown = logger[level](event);
      if (written instanceof Promise) written.catch(ignore);
    } catch {
      // There is no other place to report it.
    }
  };
  return { debug: guard('debug'), info: guard('info'), warn: guard('warn'), error: guard('error') };
}
