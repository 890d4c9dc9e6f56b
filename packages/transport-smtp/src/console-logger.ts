import type { LogEvent, Logger } from '@postern/core';

const line = (event: LogEvent) => JSON.stringify(event);

/** For a config that says `logger: true` where the program passes no logger: one line of JSON for each event. */
// biome-ignore-start lint/suspicious/noConsole: this is the one place that writes to the console
export const consoleLogger: Logger = {
  debug: (event) => console.debug(line(event)),
  info: (event) => console.info(line(event)),
  warn: (event) => console.warn(line(event)),
  error: (event) => console.error(line(event)),
};
// biome-ignore-end lint/suspicious/noConsole: see above
