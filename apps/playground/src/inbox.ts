import type { Attachment, EmailList, EmailSummary, InboxEmail } from './wire/inbox.js';

/** The details of an email. Its route adds the URLs. */
type EmailDescription = Omit<InboxEmail, keyof EmailSummary | 'htmlUrl' | 'files'> & {
  readonly files: readonly Omit<Attachment, 'url'>[];
};

/** A stored email. `describe` derives its details on demand. */
export interface KeptEmail {
  readonly summary: EmailSummary;
  /** The text to search, in lower case. */
  readonly searched: string;
  readonly html?: string;
  /** The message as received. */
  readonly raw?: Buffer;
  describe(): Promise<EmailDescription>;
}

/** The origin of an email, which may become known after it arrives. */
type EmailLabel = Pick<EmailSummary, 'type' | 'locale' | 'via'>;

/** The emails that the page shows, in memory. */
export interface Inbox {
  add(email: Omit<KeptEmail, 'summary'> & { readonly summary: Omit<EmailSummary, 'id'> }): void;
  /** Labels the email with this Message-ID, now or when it arrives. */
  label(messageId: string, label: EmailLabel): void;
  find(id: string): KeptEmail | undefined;
  list(options: { q?: string | undefined; limit: number }): EmailList;
  /** @returns whether the email existed */
  remove(id: string): boolean;
  clear(): void;
}

/** An email takes about 20 kB. The oldest ones are dropped. */
const MOST_KEPT = 2000;
const MOST_LABELS = 5000;

export function createInbox({ onChange }: { onChange(): void }): Inbox {
  let emails: KeptEmail[] = [];
  let latest = 0;
  /** An email often arrives before its sender knows the Message-ID. */
  const labels = new Map<string, EmailLabel>();

  return {
    add({ summary, ...email }) {
      latest += 1;
      const label = summary.messageId === undefined ? {} : labels.get(summary.messageId);
      const kept = { ...email, summary: { ...summary, ...label, id: String(latest) } };
      emails = [kept, ...emails].slice(0, MOST_KEPT);
      onChange();
    },
    label(messageId, label) {
      labels.set(messageId, { ...labels.get(messageId), ...label });
      for (const oldest of labels.keys()) {
        if (labels.size <= MOST_LABELS) break;
        labels.delete(oldest);
      }
      emails = emails.map((email) =>
        email.summary.messageId === messageId ? { ...email, summary: { ...email.summary, ...label } } : email,
      );
      onChange();
    },
    find: (id) => emails.find(({ summary }) => summary.id === id),
    list({ q = '', limit }) {
      const words = q.toLowerCase().split(/\s+/).filter(Boolean);
      const found = emails.filter(({ searched }) => words.every((word) => searched.includes(word)));
      return { emails: found.slice(0, limit).map(({ summary }) => summary), total: emails.length };
    },
    remove(id) {
      const rest = emails.filter(({ summary }) => summary.id !== id);
      const wasThere = rest.length < emails.length;
      emails = rest;
      if (wasThere) onChange();
      return wasThere;
    },
    clear() {
      emails = [];
      onChange();
    },
  };
}
