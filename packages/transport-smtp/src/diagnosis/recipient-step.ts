import { MailError } from '@postern/core';
import { readRefusal } from '../failure/refusal-of-reply.js';
import type { Provider } from '../provider/provider.js';
import type { WatchedSession } from './connection-attempt.js';
import type { StepReport } from './step-log.js';

interface RecipientQuestion {
  sender: string;
  /** The recipient to ask about, if there is one. */
  to: string | undefined;
  hasLogin: boolean;
  provider: Provider | undefined;
}

/** Of a domain that is reserved (RFC 2606), so that no server on the Internet is asked about it. */
const outsideOf = (sender: string) =>
  `postmaster@${sender.toLowerCase().endsWith('example.org') ? 'example.com' : 'example.org'}`;

/** The addresses to ask about. */
export const recipientsIn = (sender: string | undefined, to: string | undefined): readonly string[] =>
  to !== undefined ? [to] : sender === undefined ? [] : [sender, outsideOf(sender)];

export const describeQuestion = (addresses: readonly string[]): string =>
  `Ask whether the server accepts ${addresses.join(' and ')}`;

/** The server has judged the address, so it has nothing against the account and the host. */
function isAboutAddress(error: MailError, { hasLogin, provider }: RecipientQuestion): boolean {
  if (error.code === 'recipient_rejected') return true;
  // Some providers forbid reserved domains.
  return hasLogin && readRefusal(error.response ?? '', 'rcpt', provider).refusal === 'account_policy';
}

/**
 * Asks whether the server takes a recipient (RCPT TO). Servers decide about the client, its name, its sender and its right to
 * relay at this command. Without `to`, it asks about the sender's own address and one of another domain. Nothing is delivered,
 * since no message follows.
 *
 * @throws {MailError} why every email would be refused, or `to`
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
  const unchecked = '(not checked: a certain recipient; pass it as to)';
  return {
    name: 'rcpt',
    status: last === undefined ? 'skipped' : 'passed',
    tried: describeQuestion(addresses),
    summary:
      to !== undefined
        ? `${to} is taken`
        : last === undefined
          ? `refuses only the addresses ${addresses.join(' and ')} ${unchecked}`
          : `accepts ${accepted.join(' and ')} ${unchecked}`,
    response,
    ...(last !== undefined && { facts: { to: last } }),
  };
}
