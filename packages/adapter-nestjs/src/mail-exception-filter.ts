import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import { MailError } from '@postern/core';
import { ProblemError, problemResponse } from '@postern/http';
import { VerificationError } from '@postern/verification';
import { sendResponse } from './platform-http.js';

/**
 * Answers what `MailService` and `VerificationService` throw in your own controllers with the problem document
 * (RFC 9457) that the ready-made routes answer it with, on Express and on Fastify. Other exceptions are left to Nest.
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

  catch(exception: MailError | VerificationError | ProblemError, host: ArgumentsHost): void {
    // A message broker or GraphQL has answers of its own.
    if (host.getType() !== 'http') throw exception;
    const problem = problemResponse(exception);
    if (problem.status >= 500) this.#logger.error(exception);
    sendResponse(host.switchToHttp().getResponse(), problem);
  }
}
