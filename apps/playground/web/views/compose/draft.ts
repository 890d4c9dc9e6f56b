import type { Template } from '@postern/core';
import type { RunningConfig } from '../../../src/wire/config';
import { call } from '../../api';
import type { Payload } from '../../parts/payload';
import { createSharedState } from '../../parts/shared-state';

/** A template in the editor. Fields that are not set are empty strings. */
export interface Draft {
  readonly contentType: Template['contentType'];
  readonly subject: string;
  readonly content: string;
  readonly text: string;
  readonly replyTo: string;
  readonly sendFrom: string;
}

/** Identifies a template. `null` is every language. */
export interface Selection {
  readonly usageType: string;
  readonly locale: string | null;
}

interface Desk {
  readonly selection: Selection;
  /** Unsaved changes. */
  readonly drafts: ReadonlyMap<string, Draft>;
  /** The variables in the form, by usage type. */
  readonly payloads: ReadonlyMap<string, Payload>;
  /** The recipient in the form. */
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

const desk = createSharedState<Desk>({
  selection: { usageType: 'SignIn', locale: null },
  drafts: new Map(),
  payloads: new Map(),
});
const change = (next: Partial<Desk>) => desk.set({ ...desk.get(), ...next });

export const useDesk = desk.use;

export const keyOf = ({ usageType, locale }: Selection): string => JSON.stringify([usageType, locale]);

export const select = (selection: Selection): void => change({ selection });

export const setRecipient = (to: string): void => change({ to });

export const setDraft = (selection: Selection, draft: Draft): void =>
  change({ drafts: new Map(desk.get().drafts).set(keyOf(selection), draft) });

/** Discards unsaved changes. */
export function dropDraft(selection: Selection): void {
  const drafts = new Map(desk.get().drafts);
  drafts.delete(keyOf(selection));
  change({ drafts });
}

export const setPayload = (usageType: string, payload: Payload): void =>
  change({ payloads: new Map(desk.get().payloads).set(usageType, payload) });

export const draftOf = (template: Template): Draft => ({
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

/** The template for the config, without empty fields. */
export const templateOf = ({ usageType, locale }: Selection, draft: Draft): Template => {
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

/** Puts the template into the running config. */
export const saveTemplate = (selection: Selection, draft: Draft): Promise<RunningConfig> =>
  call('/templates', { method: 'PUT', body: templateOf(selection, draft) });
