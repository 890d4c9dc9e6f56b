import { useSyncExternalStore } from 'react';
import type { ShownTemplate } from '../../../src/wire/template';
import type { Payload } from '../../parts/payload';

/** A template under edit: what is not set is an empty text, as in a form. */
export interface Draft {
  readonly contentType: ShownTemplate['contentType'];
  readonly subject: string;
  readonly content: string;
  readonly text: string;
  readonly replyTo: string;
  readonly sendFrom: string;
}

/** Which template: one for a usage type and a language, `null` for every language. */
export interface Selection {
  readonly usageType: string;
  readonly locale: string | null;
}

interface Desk {
  readonly selection: Selection;
  /** What was changed and not saved. */
  readonly drafts: ReadonlyMap<string, Draft>;
  /** What was filled in, by usage type. */
  readonly payloads: ReadonlyMap<string, Payload>;
  /** As typed; `undefined` until then. */
  readonly to?: string;
}

export const BLANK: Draft = {
  contentType: 'text/html',
  subject: '',
  content: '',
  text: '',
  replyTo: '',
  sendFrom: '',
};

// Outlasts the view: one looks into the inbox, and goes on.
let desk: Desk = {
  selection: { usageType: 'SignIn', locale: null },
  drafts: new Map(),
  payloads: new Map(),
};
const listeners = new Set<() => void>();

function change(next: Partial<Desk>) {
  desk = { ...desk, ...next };
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

export const useDesk = (): Desk => useSyncExternalStore(subscribe, () => desk);

export const keyOf = ({ usageType, locale }: Selection): string => JSON.stringify([usageType, locale]);

export const select = (selection: Selection): void => change({ selection });

export const setRecipient = (to: string): void => change({ to });

export const setDraft = (selection: Selection, draft: Draft): void =>
  change({ drafts: new Map(desk.drafts).set(keyOf(selection), draft) });

/** Back to what is saved. */
export function dropDraft(selection: Selection): void {
  const drafts = new Map(desk.drafts);
  drafts.delete(keyOf(selection));
  change({ drafts });
}

export const setPayload = (usageType: string, payload: Payload): void =>
  change({ payloads: new Map(desk.payloads).set(usageType, payload) });

export const draftOf = (template: ShownTemplate): Draft => ({
  contentType: template.contentType,
  subject: template.subject,
  content: template.content,
  text: template.text ?? '',
  replyTo: template.replyTo ?? '',
  sendFrom: template.sendFrom ?? '',
});

const PARTS = ['contentType', 'subject', 'content', 'text', 'replyTo', 'sendFrom'] as const;

export const isSameDraft = (one: Draft, other: Draft): boolean =>
  PARTS.every((part) => one[part] === other[part]);

/** As the config and the previews take it: without what is not set. */
export const templateOf = ({ usageType, locale }: Selection, draft: Draft): ShownTemplate => {
  const { text, replyTo, sendFrom, ...rest } = draft;
  return {
    usageType,
    ...(locale !== null && { locale }),
    ...rest,
    ...(text !== '' && draft.contentType === 'text/html' && { text }),
    ...(replyTo !== '' && { replyTo }),
    ...(sendFrom !== '' && { sendFrom }),
  };
};
