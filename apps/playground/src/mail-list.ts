import type { ShownEmail } from './shown-email.js';

/** An email of the list, by its number. */
export interface ListedEmail extends ShownEmail {
  readonly id: number;
}

/** What is enough for one line of the inbox. */
export type EmailSummary = Pick<ListedEmail, 'id' | 'at' | 'type' | 'locale' | 'via' | 'to' | 'subject'>;

/** The emails that the page shows. */
export interface MailList {
  add(email: ShownEmail): void;
  find(id: number): ListedEmail | undefined;
  /** Adds what is known about an email that is listed already, by its Message-ID. */
  label(messageId: string, known: Pick<ShownEmail, 'type' | 'via'>): void;
  /** Newest first. */
  summaries(): EmailSummary[];
}

export function createMailList(onAdd: (summary: EmailSummary) => void): MailList {
  const emails: ListedEmail[] = [];
  return {
    add(email) {
      const listed = { ...email, id: emails.length + 1 };
      emails.push(listed);
      onAdd(summarize(listed));
    },
    find: (id) => emails[id - 1],
    label(messageId, known) {
      const index = emails.findIndex(({ headers }) =>
        headers.some(({ name, value }) => name.toLowerCase() === 'message-id' && value === messageId),
      );
      const email = emails[index];
      if (email) emails[index] = { ...email, ...known };
    },
    summaries: () => emails.map(summarize).reverse(),
  };
}

const summarize = ({ id, at, type, locale, via, to, subject }: ListedEmail): EmailSummary => ({
  id,
  at,
  ...(type !== undefined && { type }),
  ...(locale !== undefined && { locale }),
  ...(via !== undefined && { via }),
  to,
  subject,
});
