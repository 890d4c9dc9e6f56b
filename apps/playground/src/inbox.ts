import type { Attachment, EmailList, EmailSummary, InboxEmail } from './wire/inbox.js';

/** What there is to say of an email beyond its line in the list; addresses on this server are its route's. */
type EmailDescription = Omit<InboxEmail, keyof EmailSummary | 'htmlUrl' | 'files'> & {
  readonly files: readonly Omit<Attachment, 'url'>[];
};

/** An email as it is kept; what is derived from its content is made when someone looks. */
export interface KeptEmail {
  readonly summary: EmailSummary;
  /** What is searched, in lower case. */
  readonly searched: string;
  readonly html?: string;
  /** The message as it came over the wire. */
  readonly raw?: Buffer;
  describe(): Promise<EmailDescription>;
}

/** What sent an email, learned after it arrived. */
type EmailLabel = Pick<EmailSummary, 'type' | 'locale' | 'via'>;

/** The emails that the page shows, in memory. */
export interface Inbox {
  add(email: Omit<KeptEmail, 'summary'> & { readonly summary: Omit<EmailSummary, 'id'> }): void;
  /** What is known of the email with this Message-ID: now, or once it arrives. */
  label(messageId: string, label: EmailLabel): void;
  find(id: string): KeptEmail | undefined;
  list(options: { q?: string | undefined; limit: number }): EmailList;
  /** Whether it was there. */
  remove(id: string): boolean;
  clear(): void;
}

/** The oldest make room: an email is some 20 kB. */
const MOST_KEPT = 2000;
const MOST_LABELS = 5000;

export interface InboxListener {
  /** Arrived, or more is known of it. */
  onChange(email: EmailSummary): void;
  onRemove(ids: readonly string[] | undefined): void;
}

export function createInbox({ onChange, onRemove }: InboxListener): Inbox {
  let emails: KeptEmail[] = [];
  let latest = 0;
  /** The email often arrives before the one who sent it knows its Message-ID, and sometimes after. */
  const labels = new Map<string, EmailLabel>();

  return {
    add({ summary, ...email }) {
      latest += 1;
      const label = summary.messageId === undefined ? {} : labels.get(summary.messageId);
      const kept = { ...email, summary: { ...summary, ...label, id: String(latest) } };
      emails = [kept, ...emails].slice(0, MOST_KEPT);
      onChange(kept.summary);
    },
    label(messageId, label) {
      labels.set(messageId, { ...labels.get(messageId), ...label });
      for (const oldest of labels.keys()) {
        if (labels.size <= MOST_LABELS) break;
        labels.delete(oldest);
      }
      emails = emails.map((email) => {
        if (email.summary.messageId !== messageId) return email;
        const labelled = { ...email, summary: { ...email.summary, ...label } };
        onChange(labelled.summary);
        return labelled;
      });
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
      if (wasThere) onRemove([id]);
      return wasThere;
    },
    clear() {
      emails = [];
      onRemove(undefined);
    },
  };
}
