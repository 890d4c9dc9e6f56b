import type { ConnectorConfig, Logger } from '@postern/core';
import { consoleLogger } from '@postern/transport-smtp';

const ignore = () => {};

/** What an administrator has to act on, whatever the config says about logging. */
const problemsOnly: Logger = {
  debug: ignore,
  info: ignore,
  warn: consoleLogger.warn,
  error: consoleLogger.error,
};

/** With `logger` or `debug` in the config, every event is a line of JSON on the console, masked; without, problems are. */
export const configLogger = ({ logger, debug }: Pick<ConnectorConfig, 'logger' | 'debug'>): Logger =>
  logger || debug ? consoleLogger : problemsOnly;
