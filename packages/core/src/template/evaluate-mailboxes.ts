import { sanitizeHeaderValue } from '../header-field.js';
import { MAX_LIST_LENGTH, type Mailbox, readMailbox } from '../mailbox.js';
import type { PayloadValue } from '../payload.js';
import { displayName } from '../plain-line.js';
import { splitList } from '../quoted-text.js';
import { type EvaluateOptions, evaluateTemplate } from './evaluate-template.js';
import { PLACE } from './html-values.js';
import type { TemplateNode } from './template-node.js';

/** The entries as the author wrote them, with `PLACE` for values. None where a block may leave some out, with their commas. */
export const writtenEntries = (nodes: readonly TemplateNode[]): string[] =>
  nodes.every((node) => typeof node === 'string' || node.kind === 'value')
    ? splitList(nodes.map((node) => (typeof node === 'string' ? node : PLACE)).join(''))
    : [];

/**
 * Fills in a list of mailboxes. Commas and angle brackets only have a meaning where the author of the template wrote them, so no
 * value can make the list longer, and a display name cannot contain an address. An empty value leaves out its entry.
 *
 * @param problems - gets what the payload lacks, in words
 * @returns `unusable` unless every part is a mailbox
 */
export function evaluateMailboxes(
  nodes: readonly TemplateNode[],
  payload: Readonly<Record<string, PayloadValue>>,
  problems: Set<string>,
  { missingVariable }: Pick<EvaluateOptions, 'missingVariable'>,
): readonly Mailbox[] | 'unusable' {
  const values: string[] = [];
  const format = (value: string) => {
    values.push(value);
    return PLACE;
  };
  const marked = evaluateTemplate(nodes, payload, problems, { missingVariable, format });
  if (marked.length > MAX_LIST_LENGTH) return 'unusable';
  if (writtenEntries(nodes).some((entry) => entry.trim() === '')) return 'unusable';
  const mailboxes = splitList(marked).flatMap((part) => {
    if (part.trim() === '') return [];
    if (!part.includes(PLACE)) return readMailbox(part);
    const fill = (text: string) => text.replaceAll(PLACE, () => values.shift() ?? '');
    const fillName = (text: string) => text.replaceAll(PLACE, () => displayName(values.shift() ?? ''));
    const written = /^(?<name>.*)<(?<address>[^<>]*)>\s*$/s.exec(part)?.groups;
    const name = written && fillName(written.name ?? '');
    const filled = fill(written?.address ?? part);
    if (!written && filled.trim() === '') return [];
    const mailbox = readMailbox(filled);
    if (!mailbox.ok) return mailbox;
    // Without angle brackets, the name is part of the value, too.
    const shown = toDisplayName(name ?? displayName(mailbox.value.name ?? ''));
    return { ok: true, value: { ...(shown && { name: shown }), address: mailbox.value.address } } as const;
  });
  const usable = mailboxes.flatMap((mailbox) => (mailbox.ok ? mailbox.value : []));
  return usable.length > 0 && usable.length === mailboxes.length ? usable : 'unusable';
}

/** Without the author's quotes (the transport quotes again) and without angle brackets. */
function toDisplayName(rendered: string): string {
  const text = sanitizeHeaderValue(rendered).trim();
  return (/^"(?<inner>.*)"$/.exec(text)?.groups?.inner ?? text).replace(/[<>]/g, '').trim();
}
