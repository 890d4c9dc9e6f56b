import type { MailStage } from '@postern/core';
import { serverName } from '../config/server-name.js';
import { codeOf, type SmtpFailure } from './failure.js';
import type { ReadRefusal } from './refusal-of-reply.js';
import { REFUSALS } from './refusals.js';
import { describeTlsFailure } from './tls-failure-text.js';

/** What the text of a failure says about the server. */
export interface ServerFacts {
  host: string;
  port: number;
  secure: boolean;
  /** Whether the config says which authorities to trust. */
  hasOwnCa: boolean;
  /** How connections log in, if they do. */
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

/** What a reply refuses, and what to do about it. */
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
        ? 'The token was refused: grant it again to the mailbox in auth.user, with the scope for SMTP.'
        : ((isForNow ? hintForNow : undefined) ?? (facts.login ? undefined : hintWithoutLogin) ?? hint),
  };
}

/** What happened other than a refusal, and what to do about it where that is known. */
export function describeFailure(failure: SmtpFailure, facts: ServerFacts): FailureText {
  const { stage, kind, reply, cause } = failure;
  const server = serverName(facts);
  const when = STAGE_IN_WORDS[stage] ?? stage;
  switch (codeOf(failure)) {
    case 'tls_failed':
      return describeTlsFailure(failure, facts, server);
    case 'auth_failed':
      return {
        message: `No login at ${server} was possible: ${cause?.message}.`,
        hint: hintForToken(failure),
      };
    case 'message_rejected':
      return { message: `${cause?.message}.`, hint: REFUSALS.message_too_large.hint };
    case 'delivery_unknown':
      return {
        message: `${server} got the whole message, then ${describeSilence(failure)}: it may or may not be delivered.`,
        hint: 'Sending again may deliver it twice; both carry the same Message-ID.',
      };
    case 'timeout':
      return stage === 'greeting' && !facts.secure
        ? {
            message: `${server} accepted the connection but sent no greeting in time.`,
            hint: 'If the port expects TLS from the first byte (465 does), write "secure": true.',
          }
        : {
            message: `${server} did not answer in time (${when}).`,
            hint:
              stage === 'tls'
                ? 'Check that the port matches "secure": 465 with true, 587 with false.'
                : 'Try again later. If it keeps happening, a firewall may be blocking the connection, or the server is overloaded.',
          };
    case 'recipient_invalid':
      return { message: 'SMTP cannot carry the address of the sender or of the recipient.' };
    default:
      if (kind === 'unreadable' && reply !== undefined)
        return {
          message: `${server} sent no SMTP reply (${when})${quote(reply)}`,
          hint: 'Check host and port: what listens there may not be an SMTP server.',
        };
      return {
        message: `${server}: ${describeSilence(failure)} (${when}).`,
        hint: 'Try again later. If it keeps happening, check that host and port are those of an SMTP server that serves you.',
      };
  }
}

function describeSilence({ kind, reply, causeCode }: SmtpFailure): string {
  if (kind === 'late') return 'did not answer in time';
  if (kind === 'unreadable')
    return reply === undefined
      ? 'the server sent a reply that answers no command'
      : 'sent something that is not an SMTP reply';
  return causeCode ? `the connection was lost (${causeCode})` : 'the connection was closed';
}

const STAGE_IN_WORDS: Partial<Record<MailStage, string>> = {
  greeting: 'waiting for the greeting',
  ehlo: 'after EHLO',
  tls: 'during the TLS handshake',
  auth: 'during the login',
  mail: 'after MAIL FROM',
  rcpt: 'after RCPT TO',
  data: 'while sending the message',
  delivery: 'after the message',
};

/** What to do about the errors of a token endpoint (RFC 6749 section 5.2). */
const TOKEN_HINTS: Readonly<Record<string, string>> = {
  invalid_client:
    'Check auth.clientId and auth.clientSecret. A client secret expires: create a new one if needed.',
  invalid_grant:
    'Grant access again: the refresh token expired, was revoked, or belongs to another application.',
  invalid_scope: 'Check auth.scope. For Microsoft 365, write https://outlook.office365.com/.default.',
  invalid_request: 'Check auth.accessUrl and auth.scope.',
  unauthorized_client: 'Allow your application this kind of grant, with the permission to send by SMTP.',
};

function hintForToken({ cause, causeCode }: SmtpFailure): string {
  const reason = cause && 'reason' in cause ? String(cause.reason) : '';
  if (Object.hasOwn(TOKEN_HINTS, reason)) return TOKEN_HINTS[reason] ?? '';
  return causeCode === 'EFETCH'
    ? 'Try again later. If it keeps happening, check auth.accessUrl, or your getAccessToken.'
    : 'Check the auth part of the config. You may need to grant access again.';
}
