import type { MailStage } from '@postern/core';
import { serverName } from '../config/server-name.js';
import { codeOf, type SmtpFailure } from './failure.js';
import type { ReadRefusal } from './refusal-of-reply.js';
import { REFUSALS } from './refusals.js';
import { describeTlsFailure } from './tls-failure-text.js';

/** The facts about the server that the text of a failure uses. */
export interface ServerFacts {
  host: string;
  port: number;
  secure: boolean;
  /** Whether the config sets `tls.ca`. */
  hasOwnCa: boolean;
  /** How connections log in, if they do so. */
  login: 'password' | 'token' | undefined;
}

interface FailureText {
  message: string;
  hint?: string;
}

const quote = (reply: string | undefined) =>
  reply === undefined
    ? ''
    : `: ${reply
        .split('\n', 20)
        .map((line) => line.trim())
        .join(' ')}`;

/** Describes a refusal and what to do about it. */
export function describeRefusal(
  { stage, reply }: SmtpFailure,
  { refusal, isForNow }: Pick<ReadRefusal, 'refusal' | 'isForNow'>,
  facts: ServerFacts,
): Required<FailureText> {
  const { did, hint, hintForNow, hintWithoutLogin } = REFUSALS[refusal];
  const when = refusal === 'server_trouble' ? ` (${STAGE_IN_WORDS[stage] ?? stage})` : '';
  return {
    message: `${serverName(facts)} ${did}${when}${quote(reply)}`,
    hint:
      refusal === 'login_refused' && facts.login === 'token'
        ? 'The server rejected the access token. Request a new one for the mailbox in auth.user, with the SMTP scope.'
        : ((isForNow ? hintForNow : undefined) ?? (facts.login ? undefined : hintWithoutLogin) ?? hint),
  };
}

/** Describes a failure that is not a refusal, and what to do about it if that is known. */
export function describeFailure(failure: SmtpFailure, facts: ServerFacts): FailureText {
  const { stage, kind, reply, cause } = failure;
  const server = serverName(facts);
  const when = STAGE_IN_WORDS[stage] ?? stage;
  switch (codeOf(failure)) {
    case 'tls_failed':
      return describeTlsFailure(failure, facts, server);
    case 'auth_failed':
      return {
        message: `Could not log in to ${server}: ${cause?.message}.`,
        hint: hintForToken(failure),
      };
    case 'message_rejected':
      return { message: `${cause?.message}.`, hint: REFUSALS.message_too_large.hint };
    case 'delivery_unknown':
      return {
        message: `The complete message was sent to ${server}, and then ${describeSilence(failure)}. The email may or may not be delivered.`,
        hint: 'If you send it again, it may arrive twice, with the same Message-ID.',
      };
    case 'timeout':
      return stage === 'greeting' && !facts.secure
        ? {
            message: `${server} accepted the connection but sent no greeting in time.`,
            hint: 'If the port uses implicit TLS, as 465 does, set "secure": true.',
          }
        : {
            message: `${server} did not answer in time (${when}).`,
            hint:
              stage === 'tls'
                ? 'Check that "secure" matches the port: true for 465, false for 587.'
                : 'Try again later. If this keeps happening, a firewall may be blocking the connection, or the server is overloaded.',
          };
    case 'recipient_invalid':
      return { message: 'The sender or recipient address cannot be used in an SMTP command.' };
    default:
      if (kind === 'unreadable' && reply !== undefined)
        return {
          message: `${server} sent something that is not an SMTP reply (${when})${quote(reply)}`,
          hint: 'Check host and port. The service on that port may not be an SMTP server.',
        };
      return {
        message: `${server}: ${describeSilence(failure)} (${when}).`,
        hint: 'Try again later. If this keeps happening, check that host and port belong to an SMTP server that you may use.',
      };
  }
}

function describeSilence({ kind, reply, causeCode }: SmtpFailure): string {
  if (kind === 'late') return 'the server did not answer in time';
  if (kind === 'unreadable')
    return reply === undefined
      ? 'the server sent an unexpected reply'
      : 'the server sent something that is not an SMTP reply';
  return causeCode ? `the connection was lost (${causeCode})` : 'the connection was closed';
}

const STAGE_IN_WORDS: Partial<Record<MailStage, string>> = {
  greeting: 'after connecting',
  ehlo: 'after EHLO',
  tls: 'during the TLS handshake',
  auth: 'during login',
  mail: 'after MAIL FROM',
  rcpt: 'after RCPT TO',
  data: 'while sending the message',
  delivery: 'after the message was sent',
};

/** Hints for the errors of a token endpoint (RFC 6749 section 5.2). */
const TOKEN_HINTS: Readonly<Record<string, string>> = {
  invalid_client:
    'Check auth.clientId and auth.clientSecret. If the client secret has expired, create a new one.',
  invalid_grant:
    'Grant access again to get a new refresh token. This one expired, was revoked, or belongs to another application.',
  invalid_scope: 'Check auth.scope. For Microsoft 365, set it to https://outlook.office365.com/.default.',
  invalid_request: 'Check auth.accessUrl and auth.scope.',
  unauthorized_client: 'Allow your application to use this grant type and to send email over SMTP.',
};

function hintForToken({ cause, causeCode }: SmtpFailure): string {
  const reason = cause && 'reason' in cause ? String(cause.reason) : '';
  if (Object.hasOwn(TOKEN_HINTS, reason)) return TOKEN_HINTS[reason] ?? '';
  return causeCode === 'EFETCH'
    ? 'Try again later. If this keeps happening, check auth.accessUrl or your getAccessToken function.'
    : 'Check auth in the config. You may need to grant access again.';
}
