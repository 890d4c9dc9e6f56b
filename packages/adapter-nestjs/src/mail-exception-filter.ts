import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import { type LogEvent, MailError } from '@postern/core';
import { logProblem, ProblemError, problemResponse } from '@postern/http';
import { VerificationError } from '@postern/verification';
import { createNestLogger } from './nest-logger.js';
import { sendResponse } from './platform-http.js';

/**
 * Answers what `MailService` and `VerificationService` throw in your own controllers with the problem document
 * (RFC 9457) that the ready-made routes answer it with, on Express and on Fastify. Other exceptions are left to Nest. The
 * log level says who has to act: `error` for you, less for what a client did.
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
  /** Nest prints an error that it gets as such with its stack. */
  readonly #problems = {
    ...createNestLogger(MailExceptionFilter.name),
    error: ({ error }: LogEvent) => this.#logger.error(error),
  };

  catch(exception: MailError | VerificationError | ProblemError, host: ArgumentsHost): void {
    // Message brokers and GraphQL have their own answers.
    if (host.getType() !== 'http') throw exception;
    logProblem(this.#problems, exception);
    sendResponse(host.switchToHttp().getResponse(), problemResponse(exception));
  }
}
