import { Logger as NestLogger } from '@nestjs/common';
import type { Logger } from '@postern/core';

/** Creates a logger that writes to the log of the application. */
export function createNestLogger(context: string): Logger {
  const logger = new NestLogger(context);
  return {
    debug: (event) => logger.debug(event),
    info: (event) => logger.log(event),
    warn: (event) => logger.warn(event),
    error: (event) => logger.error(event),
  };
}
