import { MailError, type MailErrorDetails, redact, remoteLine } from '@postern/core';
import type { CallFailure } from './api-call.js';
import type { ApiProvider, ApiRefusal } from './api-provider.js';
import type { ApiResponse } from './api-response.js';
import { REFUSALS } from './refusals.js';
import { readRetryAfter } from './retry-after.js';

/** The operation that failed, and the values that an error must not reveal. */
export interface FailureContext {
  readonly provider: Pick<ApiProvider, 'title' | 'hints' | 'isIdempotent'>;
  /** `send`: the request delivers an email. */
  readonly operation: 'send' | 'verify';
  /** Removed from all texts. */
  readonly secrets: readonly string[];
  /** Masked in all texts. */
  readonly recipients: readonly string[];
  readonly now: number;
}

/** Errors show less. Redaction takes time proportional to the length, which a server chooses. */
const MOST_READ = 16_000;

/** Creates the error for a request that the API refused. */
export function errorOfRefusal(
  { refusal, code, text, hint }: ApiRefusal,
  response: ApiResponse,
  context: FailureContext,
): MailError {
  const { provider, secrets, recipients } = context;
  const clean = (value: string) => redact(value.slice(0, MOST_READ), secrets, recipients);
  const meaning = REFUSALS[refusal];
  const quoted = [code, text].filter(Boolean).join(': ').replace(/\.$/, '');
  return new MailError(
    meaning.code,
    remoteLine(clean(`${provider.title} ${meaning.did}${quoted && `: ${quoted}`}.`)),
    {
      stage: stageOf(refusal, context),
      retryable: meaning.retryable ?? false,
      hint: hint ?? provider.hints[refusal] ?? meaning.hint,
      responseCode: response.status,
      response: clean(`${response.status} ${response.text}`.trim()),
      retryAfterMs: meaning.retryable && readRetryAfter(response.headers, context.now),
    },
  );
}

/** A check reports the step that would fail: the login, or the sender of an email. */
function stageOf(refusal: ApiRefusal['refusal'], { operation }: FailureContext): MailErrorDetails['stage'] {
  const { code } = REFUSALS[refusal];
  if (code === 'auth_failed') return 'auth';
  if (operation === 'send') return 'delivery';
  return code === 'sender_rejected' ? 'mail' : 'connect';
}

const SAFE_TO_REPEAT = 'Send the same email again. The idempotency key prevents a duplicate.';

/** Creates the error for a request without a usable response. */
export function errorOfFailure(failure: CallFailure, context: FailureContext): MailError {
  const { kind, causeCode } = failure;
  const { title, isIdempotent } = context.provider;
  const isSend = context.operation === 'send';
  const shown = causeCode ? ` (${causeCode})` : '';
  const details = { stage: isSend ? 'delivery' : 'connect', cause: cleanCause(failure, context) } as const;
  switch (kind) {
    case 'unreachable':
      return new MailError('connection_failed', `${title} cannot be reached${shown}.`, {
        ...details,
        stage: causeCode === 'ENOTFOUND' || causeCode === 'EAI_AGAIN' ? 'dns' : 'connect',
        hint: 'Check baseUrl, DNS, and any firewall or proxy between this machine and the provider.',
      });
    case 'untrusted':
      return new MailError('tls_failed', `The certificate of ${title} is not valid${shown}.`, {
        ...details,
        stage: 'tls',
        hint: 'Check baseUrl, the clock of this machine, and any proxy that intercepts TLS.',
      });
    case 'aborted':
      return new MailError(
        'aborted',
        isSend
          ? `The send was aborted while ${title} was processing it. The email may still be delivered.`
          : 'The check was aborted.',
        details,
      );
    case 'late':
    case 'lost': {
      const what =
        kind === 'late' ? `${title} did not respond in time` : `The response of ${title} was lost${shown}`;
      if (isSend && !isIdempotent)
        return new MailError('delivery_unknown', `${what}. The email may still be delivered.`, {
          ...details,
          hint: 'If you send it again, it may be delivered twice.',
        });
      return new MailError(kind === 'late' ? 'timeout' : 'connection_failed', `${what}.`, {
        ...details,
        hint: isSend ? SAFE_TO_REPEAT : 'Try again later. Check baseUrl and timeoutMs.',
      });
    }
  }
}

/** Errors of `fetch` can quote the URL and the header fields. */
function cleanCause({ cause, causeCode }: CallFailure, context: FailureContext): Error | undefined {
  if (cause === undefined) return undefined;
  const text = cause instanceof Error ? cause.message : String(cause);
  const copy = new Error(redact(text, context.secrets, context.recipients));
  return Object.assign(copy, causeCode !== undefined && { code: causeCode });
}
