import type { ConnectorConfig, Logger } from '@postern/core';
import { consoleLogger } from '@postern/transport-smtp';

const ignore = () => {};

/** What an administrator has to know, whatever the config says about logging. */
const warningsOnly: Logger = { debug: ignore, info: ignore, warn: consoleLogger.warn, error: ignore };

/** `logger` or `debug` in the config: every event is a line of JSON on the console, masked. Failures reach Logto anyway. */
export const configLogger = ({ logger, debug }: Pick<ConnectorConfig, 'logger' | 'debug'>): Logger =>
  logger || debug ? consoleLogger : warningsOnly;
