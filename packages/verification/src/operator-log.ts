import { createOperatorLogger, type LogEvent, type Logger, type LogLevel } from '@postern/core';

/** Receives events. Their `message` is a sentence for the person who runs the service. */
export type Report = (level: LogLevel, event: LogEvent & { readonly message: string }) => void;

/**
 * Reports to a logger. Without a logger, each kind of warning and error is written to the console once, so that failures are
 * visible.
 */
export function createReport(logger: Logger | undefined): Report {
  if (logger) return (level, event) => logger[level](event);
  const { error } = createOperatorLogger();
  const warned = new Set<string>();
  return (level, event) => {
    if (level === 'error') error(event);
    if (level !== 'warn') return;
    const kind = `${event.event} ${String(event.code ?? event.reason ?? '')}`;
    if (warned.has(kind)) return;
    warned.add(kind);
    // biome-ignore lint/suspicious/noConsole: without a logger, the operator can only see the console
    console.warn(`Postern: ${event.event}: ${event.message}`);
  };
}
