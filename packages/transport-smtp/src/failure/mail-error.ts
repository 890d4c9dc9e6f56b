import { MailError, type MailStage, redact, remoteLine } from '@postern/core';
import type { Provider } from '../provider/provider.js';
import { codeOf, retryableOf, type SmtpFailure } from './failure.js';
import { describeFailure, describeRefusal, type ServerFacts } from './failure-text.js';
import { readRefusal } from './refusal-of-reply.js';
import { REFUSALS } from './refusals.js';

/** The server, and what a message about it must not reveal. */
export interface FailureContext extends ServerFacts {
  /** The provider that the host belongs to, where it is known. */
  provider: Provider | undefined;
  /** Hidden wherever they show up. */
  secrets: Iterable<string>;
  /** Masked wherever they show up. */
  recipients: Iterable<string>;
}

/** The code, whether to retry, and the words of a failure; `shown` is the reply, masked. */
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
    // Before a login, everything about the account is a login that fails.
    code: code === 'sender_rejected' && stage === 'auth' ? ('auth_failed' as const) : code,
    retryable: read.isForNow,
    message: text.message,
    hint: read.advice ? `${read.advice.meaning} ${read.advice.cure}` : text.hint,
  };
}

/** Turns a failure into a {@link MailError}. What the server said is kept, without secrets. */
export function toMailError(failure: SmtpFailure, context: FailureContext): MailError {
  const { stage, cause } = failure;
  const secrets = [...context.secrets];
  const clean = (text: string) => redact(text, secrets, context.recipients);
  // Before its lines are put together: a server may have split an address.
  const reply = failure.reply === undefined ? undefined : clean(failure.reply);
  const { code, message, hint, retryable } = explain(failure, context, reply);
  // A masked reply may have lost its code: the recipient can be 550@example.com.
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

/** A copy: the error quotes the server, and its stack quotes the error. */
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
        'The send was aborted after the server had received the message: it may be delivered.',
        { stage },
      )
    : new MailError('aborted', 'The send was aborted.', { stage });
