import type { MailStage } from '@postern/core';
import { serverName } from '../config/server-name.js';
import { codeOf, type SmtpFailure } from './failure.js';
import { describeTlsFailure } from './tls-failure-text.js';

/** A server that refuses for now: greylisting, a full queue, a mailbox over quota (RFC 5321 section 4.2.1). */
const LATER =
  'Nothing is wrong with the config: try again in some minutes. Servers that greylist take the same email then.';

const isForNow = ({ reply = '' }: SmtpFailure) => reply.startsWith('4');

/** What the text of a failure says about the server. */
export interface ServerFacts {
  host: string;
  port: number;
  secure: boolean;
  /** Whether the config says which authorities to trust. */
  hasOwnCa: boolean;
  /** Whether the login uses an OAuth2 token. */
  hasToken: boolean;
}

interface FailureText {
  message: string;
  hint?: string;
}

/** What happened, and what to do about it where that is known. */
export function describeFailure(failure: SmtpFailure, facts: ServerFacts): FailureText {
  const { stage, reply, cause } = failure;
  const server = serverName(facts);
  const said =
    reply === undefined
      ? ''
      : `: ${reply
          .split('\n', 20)
          .map((line) => line.trim())
          .join(' ')}`;
  const code = codeOf(failure);
  switch (code) {
    case 'tls_failed':
      return describeTlsFailure(failure, facts, server, said);
    case 'auth_failed':
      return reply === undefined
        ? {
            message: `No login at ${server} was possible: ${cause?.message}.`,
            hint: hintForToken(failure),
          }
        : { message: `${server} refused the login${said}`, hint: hintForLogin(reply, facts) };
    case 'sender_rejected':
      return {
        message: `${server} refused the sender${said}`,
        hint: isForNow(failure)
          ? LATER
          : reply?.startsWith('530')
            ? 'The server wants a login first: write auth with user and pass.'
            : 'Check fromEmail: most providers only send for addresses and domains that you have verified with them.',
      };
    case 'recipient_rejected':
      return {
        message: `${server} refused the recipient${said}`,
        hint: isForNow(failure)
          ? LATER
          : 'Check the address for typing mistakes. Some servers accept only addresses that exist, or that are on their list.',
      };
    case 'message_rejected':
      return reply === undefined
        ? {
            message: `${cause?.message}.`,
            hint: 'Make the template smaller; images are better linked than embedded.',
          }
        : {
            message: `${server} refused the message${said}`,
            hint: 'The server judged the message itself: its size, its content, or the reputation of the sender. Its words above say which.',
          };
    case 'rate_limited':
      return {
        message: `${server} asks to slow down${said}`,
        hint: 'Send later, over fewer connections, or raise the limit with your provider.',
      };
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
            message: `${server} did not answer in time (${STAGE_IN_WORDS[stage] ?? stage}).`,
            hint:
              stage === 'tls'
                ? 'Check that the port matches "secure": 465 with true, 587 with false.'
                : 'Try again later. If it keeps happening, a firewall may be blocking the connection, or the server is overloaded.',
          };
    case 'recipient_invalid':
      return { message: 'SMTP cannot carry the address of the sender or of the recipient.' };
    default:
      return reply === undefined
        ? {
            message: `${server}: ${describeSilence(failure)} (${STAGE_IN_WORDS[stage] ?? stage}).`,
            hint: 'Try again later. If it keeps happening, check that host and port are those of an SMTP server that serves you.',
          }
        : describeReply(failure, server, said);
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

/** 530 and 538 ask for TLS here (RFC 3207 section 4, RFC 4954 section 6). */
function hintForLogin(reply: string, { hasToken }: ServerFacts): string {
  if (/^53[08]/.test(reply))
    return 'The server wants TLS before a login: remove ignoreTLS, or use port 465 with "secure": true.';
  return hasToken
    ? 'The token was refused: grant it again to the mailbox in auth.user, with the scope for SMTP.'
    : 'Check user and password. Many providers want an app password or an API key here, not the password of the account.';
}

/** A reply where none of its kind was expected, at the beginning of a session. */
function describeReply(failure: SmtpFailure, server: string, said: string): FailureText {
  const { stage, kind } = failure;
  const when = STAGE_IN_WORDS[stage] ?? stage;
  if (kind === 'unreadable') {
    return {
      message: `${server} answered with something that is no SMTP reply (${when})${said}`,
      hint: 'Check host and port: what listens there may not be an SMTP server.',
    };
  }
  const message = `${server} ended the session (${when})${said}`;
  if (isForNow(failure)) return { message, hint: 'The server is in trouble or busy: try again later.' };
  return {
    message,
    hint:
      stage === 'ehlo'
        ? 'The server may not accept how this machine calls itself: write its host name as name, in ASCII, or remove name.'
        : 'The server does not serve this machine, or not on this port; its words above may say why. Use the port for mail submission (587 or 465), or ask its operator.',
  };
}
