import type { LogEvent, Logger } from './logger.js';

const line = (event: LogEvent) => JSON.stringify(event);

/** Writes one line of JSON to the console for each event. Transports use it for a config with `logger: true`. */
// biome-ignore-start lint/suspicious/noConsole: only this file writes to the console
export const consoleLogger: Logger = {
  debug: (event) => console.debug(line(event)),
  info: (event) => console.info(line(event)),
  warn: (event) => console.warn(line(event)),
  error: (event) => console.error(line(event)),
};
// biome-ignore-end lint/suspicious/noConsole: see above
