import { MailError } from '@postern/core';
import { readRefusal } from '../failure/refusal-of-reply.js';
import type { Provider } from '../provider/provider.js';
import type { WatchedSession } from './connection-attempt.js';
import type { StepReport } from './step-log.js';

interface RecipientQuestion {
  sender: string;
  /** The recipient to check, if any. */
  to: string | undefined;
  hasLogin: boolean;
  provider: Provider | undefined;
}

/** An address of a reserved domain (RFC 2606), so that no real mail server is involved. */
const outsideOf = (sender: string) =>
  `postmaster@${sender.toLowerCase().endsWith('example.org') ? 'example.com' : 'example.org'}`;

/** The addresses to check. */
export const recipientsIn = (sender: string | undefined, to: string | undefined): readonly string[] =>
  to !== undefined ? [to] : sender === undefined ? [] : [sender, outsideOf(sender)];

export const describeQuestion = (addresses: readonly string[]): string =>
  `Check whether the server accepts ${addresses.join(' and ')}`;

/** Whether the refusal is about the address, which means that the server accepts the account and host. */
function isAboutAddress(error: MailError, { hasLogin, provider }: RecipientQuestion): boolean {
  if (error.code === 'recipient_rejected') return true;
  // Some providers reject reserved domains.
  return hasLogin && readRefusal(error.response ?? '', 'rcpt', provider).refusal === 'account_policy';
}

/**
 * Checks whether the server accepts a recipient (RCPT TO). At this command, servers also check the client, its name, the sender,
 * and the permission to relay. Without `to`, checks the sender's address and one of another domain. Delivers nothing, because no
 * message follows.
 *
 * @throws {MailError} if the server would refuse every email, or `to`
 */
export async function askRecipients(
  session: Pick<WatchedSession, 'askRecipient'>,
  question: RecipientQuestion,
): Promise<StepReport> {
  const { sender, to } = question;
  const addresses = recipientsIn(sender, to);
  const accepted: string[] = [];
  let response = '';
  for (const address of addresses) {
    try {
      response = await session.askRecipient(address);
      accepted.push(address);
    } catch (error) {
      if (to !== undefined || !(error instanceof MailError) || !isAboutAddress(error, question)) throw error;
      response = error.response ?? response;
    }
  }
  const last = accepted.at(-1);
  const unchecked = '(no specific recipient was checked: pass one as "to")';
  return {
    name: 'rcpt',
    status: last === undefined ? 'skipped' : 'passed',
    tried: describeQuestion(addresses),
    summary:
      to !== undefined
        ? `${to} is accepted`
        : last === undefined
          ? `refuses only the addresses ${addresses.join(' and ')} ${unchecked}`
          : `accepts ${accepted.join(' and ')} ${unchecked}`,
    response,
    ...(last !== undefined && { facts: { to: last } }),
  };
}
