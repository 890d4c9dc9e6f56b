import type { MailStage } from '@postern/core';
import { failureOfReply, type SmtpFailure } from './failure.js';

/** The documented properties of nodemailer's errors. */
export interface NodemailerError extends Error {
  code?: string | undefined;
  /** The code of the system or TLS error that nodemailer replaced with its own. */
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

/** nodemailer names the command, except for lost connections. It uses `DATA` for both the command and the message. */
const stageOf = ({ code, command = '' }: NodemailerError, current: MailStage): MailStage =>
  code === 'EMESSAGE' && command === 'DATA'
    ? 'delivery'
    : (STAGE_OF_COMMAND.find(([prefix]) => command.startsWith(prefix))?.[1] ?? current);

/** The failure for a nodemailer error. `current` is the stage for errors that don't name a command. */
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
