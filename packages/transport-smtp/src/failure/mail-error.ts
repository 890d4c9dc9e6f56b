import { MailError, redact, remoteLine } from '@postern/core';
import { adviceFor } from '../provider/reply-advice.js';
import { codeFor, type FailureContext, retryableFor, type SmtpFailure, stageOf } from './failure.js';
import { describeFailure } from './failure-text.js';
import { maskRecipients } from './mask-recipients.js';

/**
 * Turns a failure of nodemailer into a {@link MailError}, by its codes alone. What the server said is kept,
 * without secrets.
 */
export function toMailError(failure: SmtpFailure, context: FailureContext): MailError {
  const stage = stageOf(failure, context.stage);
  const code = codeFor(failure, stage);
  const secrets = [...context.secrets];
  const clean = (text: string) => maskRecipients(redact(text, secrets), context.recipients);
  const { message, hint } = describeFailure(failure, code, stage, context);
  // The provider knows better what its reply means; code and stage stay what the codes say.
  const advice = adviceFor(context.provider, stage, failure.response ?? '');
  return new MailError(code, remoteLine(clean(message)), {
    stage,
    retryable: retryableFor(failure, code),
    ...(hint !== undefined && { hint: advice ? `${advice.meaning} ${advice.cure}` : hint }),
    ...(failure.responseCode && { responseCode: failure.responseCode }),
    ...(failure.response !== undefined && { response: clean(failure.response) }),
    cause: withoutSecrets(failure, clean),
  });
}

/** A copy: nodemailer's error quotes the server, and its stack quotes the error. */
function withoutSecrets(failure: SmtpFailure, clean: (text: string) => string): Error {
  const copy = new Error(clean(failure.message));
  copy.name = failure.name;
  if (failure.stack !== undefined) copy.stack = clean(failure.stack);
  const { code, originalCode, command } = failure;
  return Object.assign(copy, {
    ...(code && { code }),
    ...(originalCode && { originalCode }),
    ...(command && { command }),
  });
}
