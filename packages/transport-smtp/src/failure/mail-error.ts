import { MailError, type MailStage, redact, remoteLine } from '@postern/core';
import type { Provider } from '../provider/provider.js';
import { codeOf, retryableOf, type SmtpFailure } from './failure.js';
import { describeFailure, describeRefusal, type ServerFacts } from './failure-text.js';
import { readRefusal } from './refusal-of-reply.js';
import { REFUSALS } from './refusals.js';

/** The server, and the values that a message about it must not reveal. */
export interface FailureContext extends ServerFacts {
  /** The provider of the host, if it is known. */
  provider: Provider | undefined;
  /** Removed from all texts. */
  secrets: Iterable<string>;
  /** Masked in all texts. */
  recipients: Iterable<string>;
}

/** The code, retryability, message, and hint of a failure. `shown` is the masked reply. */
function explain(failure: SmtpFailure, context: FailureContext, shown: string | undefined) {
  const { kind, stage, reply = '' } = failure;
  if (kind !== 'refused')
    return {
      code: codeOf(failure),
      retryable: retryableOf(failure),
      ...describeFailure({ ...failure, reply: shown }, context),
    };
  const read = readRefusal(reply, stage, context.provider);
  const { code } = REFUSALS[read.refusal];
  const text = describeRefusal({ ...failure, reply: shown }, read, context);
  return {
    // Before a login, a problem of the account is a failed login.
    code: code === 'sender_rejected' && stage === 'auth' ? ('auth_failed' as const) : code,
    retryable: read.isForNow,
    message: text.message,
    hint: read.advice ? `${read.advice.meaning} ${read.advice.cure}` : text.hint,
  };
}

/** Turns a failure into a {@link MailError}, with the server's reply but without secrets. */
export function toMailError(failure: SmtpFailure, context: FailureContext): MailError {
  const { stage, cause } = failure;
  const secrets = [...context.secrets];
  const clean = (text: string) => redact(text, secrets, context.recipients);
  // Mask before joining the lines, because a server may have split an address.
  const reply = failure.reply === undefined ? undefined : clean(failure.reply);
  const { code, message, hint, retryable } = explain(failure, context, reply);
  // Read the code from the original reply: masking can remove it if the recipient is 550@example.com.
  const responseCode = Number.parseInt(failure.reply ?? '', 10);
  return new MailError(code, remoteLine(clean(message)), {
    stage,
    retryable,
    hint,
    ...(responseCode > 0 && { responseCode }),
    ...(reply !== undefined && { response: reply }),
    cause: withoutSecrets(cause ?? new Error(reply ?? failure.kind), failure.causeCode, clean),
  });
}

/** Copies an error without secrets. The error may quote the server, and its stack repeats the message. */
function withoutSecrets(error: Error, code: string | undefined, clean: (text: string) => string): Error {
  const copy = new Error(clean(error.message));
  copy.name = error.name;
  if (error.stack !== undefined) copy.stack = clean(error.stack);
  return Object.assign(copy, code !== undefined && { code });
}

export const abortedAt = (stage: MailStage) =>
  stage === 'delivery'
    ? new MailError(
        'aborted',
        'The send was aborted after the server received the message. It may still be delivered.',
        { stage },
      )
    : new MailError('aborted', 'The send was aborted.', { stage });
