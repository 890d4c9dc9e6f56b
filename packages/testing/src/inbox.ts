import { type FindCodeOptions, findCode } from './find-code.js';
import { type FindLinkOptions, findLink } from './find-link.js';
import type { ReceivedEmail } from './received-email.js';
import { sameRecipient } from './recipient.js';
import { createWaitList, type WaitOptions } from './wait-list.js';

/** What an inbox needs to know of an email. */
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
 * Emails that arrived, and ways to wait for those that will.
 *
 * Every wait also looks at what is already there: an email that arrived before the call resolves it at
 * once, and of several the newest counts. Where a test asks for a second code, `clear()` first.
 *
 * Recipients are those of the envelope. Their domains are compared case-insensitively, local parts exactly.
 */
export interface Inbox<M extends InboxEmail = ReceivedEmail> {
  /** Everything that arrived, oldest first. */
  readonly messages: readonly M[];
  /**
   * The same inbox, reduced to one recipient. Give each test its own address, and tests that run in
   * parallel on one server never see each other's mail.
   */
  for(recipient: string): Inbox<M>;
  /**
   * The newest email that satisfies the predicate.
   * @throws Error when none arrives in time; its message lists what arrived instead.
   */
  waitFor(predicate: (email: M) => boolean, options?: WaitOptions): Promise<M>;
  /**
   * The newest email to this recipient, or to anyone.
   * @throws Error when none arrives in time.
   */
  waitForEmail(to?: string, options?: WaitOptions): Promise<M>;
  /**
   * The one-time code in the text of the newest email to this recipient that has one.
   * @throws Error when none arrives in time.
   */
  waitForCode(to?: string, options?: WaitForCodeOptions): Promise<string>;
  /**
   * The first http(s) link of the newest email to this recipient that has one: an `href` of the html
   * part, else a URL of the text.
   * @throws Error when none arrives in time.
   */
  waitForLink(to?: string, options?: WaitForLinkOptions): Promise<string>;
  /** Calls the listener for every email that arrives from now on. Returns the way to stop it. */
  onEmail(listener: (email: M) => void): () => void;
  /** Forgets what arrived so far; in a view of one recipient, only that recipient's emails. */
  clear(): void;
}

/** An inbox, and the back door through which its owner fills it. */
export interface MailStore<M extends InboxEmail> {
  readonly inbox: Inbox<M>;
  add(email: M): void;
  /** Rejects all waits. What arrived stays readable. */
  close(reason: string): void;
}

const MOST_LISTED = 20;

/** Makes an empty store for one kind of email. */
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
