import { type ConnectorConfig, consoleLogger, type Logger } from '@postern/core';

const ignore = () => {};

/** Logs only problems that an administrator must fix, regardless of the config. */
const problemsOnly: Logger = {
  debug: ignore,
  info: ignore,
  warn: consoleLogger.warn,
  error: consoleLogger.error,
};

/** With `logger` or `debug` in the config, writes every event to the console as a masked line of JSON. Otherwise, only problems. */
export const configLogger = ({ logger, debug }: Pick<ConnectorConfig, 'logger' | 'debug'>): Logger =>
  logger || debug ? consoleLogger : problemsOnly;
