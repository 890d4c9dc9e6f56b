import type { ShownEmail } from './shown-email.js';

/** An email of the list, by its number. */
export interface ListedEmail extends ShownEmail {
  readonly id: number;
}

/** What is enough for one line of the inbox. */
export type EmailSummary = Pick<ListedEmail, 'id' | 'at' | 'type' | 'locale' | 'to' | 'subject'>;

/** The emails that the page shows. */
export interface MailList {
  add(email: ShownEmail): void;
  find(id: number): ListedEmail | undefined;
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
    summaries: () => emails.map(summarize).reverse(),
  };
}

const summarize = ({ id, at, type, locale, to, subject }: ListedEmail): EmailSummary => ({
  id,
  at,
  ...(type !== undefined && { type }),
  ...(locale !== undefined && { locale }),
  to,
  subject,
});
