import { type FindCodeOptions, findCode } from './find-code.js';
import { type FindLinkOptions, findLink } from './find-link.js';
import type { ReceivedEmail } from './received-email.js';
import { sameRecipient } from './recipient.js';
import { createWaitList, type WaitOptions } from './wait-list.js';

/** The fields of an email that an inbox uses. */
export interface InboxEmail {
  readonly subject: string;
  readonly text: string;
  readonly html?: string | undefined;
}

/** Options of {@link Inbox.waitForCode}. */
export interface WaitForCodeOptions extends WaitOptions, FindCodeOptions {}

/** Options of {@link Inbox.waitForLink}. */
export interface WaitForLinkOptions extends WaitOptions, FindLinkOptions {}

/**
 * Contains the emails that arrived, and waits for others.
 *
 * Every wait includes emails that arrived before the call, newest first. Before you wait for a second code, call `clear()`.
 *
 * Recipients are those of the envelope. Domains are case-insensitive, and local parts are case-sensitive.
 */
export interface Inbox<M extends InboxEmail = ReceivedEmail> {
  /** All emails that arrived, oldest first. */
  readonly messages: readonly M[];
  /**
   * A view of the inbox for one recipient. If each test uses its own address, parallel tests on one server do not see each
   * other's emails.
   */
  for(recipient: string): Inbox<M>;
  /**
   * Waits for an email that satisfies the predicate. Resolves with the newest.
   * @throws Error if none arrives in time. The message lists the emails that arrived.
   */
  waitFor(predicate: (email: M) => boolean, options?: WaitOptions): Promise<M>;
  /**
   * Waits for an email to this recipient, or to anyone. Resolves with the newest.
   * @throws Error if none arrives in time.
   */
  waitForEmail(to?: string, options?: WaitOptions): Promise<M>;
  /**
   * Waits for an email to this recipient that contains a one-time code. Resolves with the code of the newest.
   * @throws Error if none arrives in time.
   */
  waitForCode(to?: string, options?: WaitForCodeOptions): Promise<string>;
  /**
   * Waits for an email to this recipient that contains an http(s) link. Resolves with the first link of the newest: an `href`
   * in the HTML, or else a URL in the text.
   * @throws Error if none arrives in time.
   */
  waitForLink(to?: string, options?: WaitForLinkOptions): Promise<string>;
  /** Calls the listener for every email that arrives from now on. Returns a function that removes it. */
  onEmail(listener: (email: M) => void): () => void;
  /** Removes all emails or, in a view, all emails to its recipient. */
  clear(): void;
}

/** An inbox, and the functions with which its owner fills it. */
export interface MailStore<M extends InboxEmail> {
  readonly inbox: Inbox<M>;
  add(email: M): void;
  /** Rejects all waits. The emails stay readable. */
  close(reason: string): void;
}

const MOST_LISTED = 20;

/** Creates an empty store for one kind of email. */
export function createMailStore<M extends InboxEmail>(
  recipientsOf: (email: M) => readonly string[],
): MailStore<M> {
  let emails: readonly M[] = [];
  const listeners = new Set<(email: M) => void>();
  const waits = createWaitList();

  const isTo = (recipient: string) => (email: M) =>
    recipientsOf(email).some((address) => sameRecipient(address, recipient));

  const summary = () => {
    if (emails.length === 0) return 'The inbox is empty.';
    const lines = emails
      .slice(-MOST_LISTED)
      .map((email) => `  - to ${recipientsOf(email).join(', ')}: ${JSON.stringify(email.subject)}`);
    return [`In the inbox (${emails.length}):`, ...lines].join('\n');
  };

  const view = (belongs: (email: M) => boolean, owner: string): Inbox<M> => {
    const visible = () => emails.filter(belongs);
    const newest = <T>(find: (email: M) => T | undefined, to: string | undefined) => {
      const matches = to === undefined ? () => true : isTo(to);
      for (const email of visible().reverse()) {
        const found = matches(email) ? find(email) : undefined;
        if (found !== undefined) return found;
      }
      return undefined;
    };
    const wait = <T>(
      what: string,
      to: string | undefined,
      find: (email: M) => T | undefined,
      options?: WaitOptions,
    ) => {
      const missing = `${what}${to === undefined ? owner : ` to ${to}`}`;
      return waits.wait(
        () => newest(find, to),
        (timeout) => `No ${missing} arrived within ${timeout} ms. ${summary()}`,
        options,
      );
    };

    return {
      get messages() {
        return visible();
      },
      for: (recipient) => {
        const isRecipients = isTo(recipient);
        return view((email) => belongs(email) && isRecipients(email), ` to ${recipient}`);
      },
      waitFor: (predicate, options) =>
        wait(
          'email that satisfies the predicate',
          undefined,
          (email) => (predicate(email) ? email : undefined),
          options,
        ),
      waitForEmail: (to, options) => wait('email', to, (email) => email, options),
      waitForCode: (to, options) =>
        wait('email with a code', to, (email) => findCode(email.text, options), options),
      waitForLink: (to, options) =>
        wait('email with a link', to, (email) => findLink(email, options), options),
      onEmail(listener) {
        const listen = (email: M) => {
          if (belongs(email)) listener(email);
        };
        listeners.add(listen);
        return () => listeners.delete(listen);
      },
      clear() {
        emails = emails.filter((email) => !belongs(email));
      },
    };
  };

  return {
    inbox: view(() => true, ''),
    add(email) {
      emails = [...emails, email];
      waits.notify();
      for (const listener of [...listeners]) listener(email);
    },
    close: (reason) => waits.close(reason),
  };
}
