import type { MailStage } from '@postern/core';
import { failureOfReply, type SmtpFailure } from './failure.js';

/** What nodemailer documents about its errors. */
export interface NodemailerError extends Error {
  code?: string | undefined;
  /** The code of the system or TLS error that nodemailer replaced by its own. */
  originalCode?: string | undefined;
  command?: string | undefined;
  response?: string | undefined;
}

const STAGE_OF_COMMAND: ReadonlyArray<readonly [prefix: string, stage: MailStage]> = [
  ['EHLO', 'ehlo'],
  ['HELO', 'ehlo'],
  ['STARTTLS', 'tls'],
  ['AUTH', 'auth'],
  ['MAIL', 'mail'],
  ['RCPT', 'rcpt'],
];

/** nodemailer names the command, except for lost connections; it calls the reply to DATA and to the message `DATA`. */
const stageOf = ({ code, command = '' }: NodemailerError, current: MailStage): MailStage =>
  code === 'EMESSAGE' && command === 'DATA'
    ? 'delivery'
    : (STAGE_OF_COMMAND.find(([prefix]) => command.startsWith(prefix))?.[1] ?? current);

/** What an error of nodemailer means; `current` is the stage that was reached, for errors that name no command. */
export function failureOfNodemailer(error: NodemailerError, current: MailStage): SmtpFailure {
  const stage = stageOf(error, current);
  const { code, originalCode, response } = error;
  const about = { stage, cause: error, causeCode: originalCode };
  if (response !== undefined) return { ...failureOfReply(response, stage), ...about };
  switch (code) {
    case 'ETIMEDOUT':
      return { kind: 'late', ...about };
    case 'EAUTH':
    case 'ENOAUTH':
    case 'EOAUTH2':
      return { kind: 'no_token', ...about };
    case 'EMESSAGE':
      return { kind: 'message_unsendable', ...about };
    case 'EENVELOPE':
      return { kind: 'address_unsendable', ...about };
    case 'EPROTOCOL':
      return { kind: 'unreadable', ...about };
    default:
      return { kind: 'lost', ...about };
  }
}
