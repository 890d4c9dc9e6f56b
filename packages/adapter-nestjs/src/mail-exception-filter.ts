import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import { type LogEvent, MailError } from '@postern/core';
import { logProblem, ProblemError, problemResponse } from '@postern/http';
import { VerificationError } from '@postern/verification';
import { createNestLogger } from './nest-logger.js';
import { sendResponse } from './platform-http.js';

/**
 * Converts errors from `MailService` and `VerificationService` in your controllers to the problem documents (RFC 9457) that
 * the ready-made routes return, on Express and Fastify. Nest handles all other exceptions. Problems that you must fix are
 * logged as `error`. Mistakes of clients have a lower level.
 *
 * @example
 * ```ts
 * @UseFilters(MailExceptionFilter)
 * @Controller('sign-in')
 * ```
 */
@Catch(MailError, VerificationError, ProblemError)
export class MailExceptionFilter implements ExceptionFilter<MailError | VerificationError | ProblemError> {
  readonly #logger = new Logger(MailExceptionFilter.name);
  /** Nest prints the stack only if it receives the error itself. */
  readonly #problems = {
    ...createNestLogger(MailExceptionFilter.name),
    error: ({ error }: LogEvent) => this.#logger.error(error),
  };

  catch(exception: MailError | VerificationError | ProblemError, host: ArgumentsHost): void {
    // Message brokers and GraphQL have their own error formats.
    if (host.getType() !== 'http') throw exception;
    logProblem(this.#problems, exception);
    sendResponse(host.switchToHttp().getResponse(), problemResponse(exception));
  }
}
