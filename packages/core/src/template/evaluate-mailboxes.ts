import { sanitizeHeaderValue } from '../header-field.js';
import { MAX_LIST_LENGTH, type Mailbox, readMailbox } from '../mailbox.js';
import type { PayloadValue } from '../payload.js';
import { displayName } from '../plain-line.js';
import { splitList } from '../quoted-text.js';
import { type EvaluateOptions, evaluateTemplate } from './evaluate-template.js';
import { PLACE } from './html-values.js';
import type { TemplateNode } from './template-node.js';

/** The entries of the template, with `PLACE` for values. Empty if the template has blocks, which may omit entries and commas. */
export const writtenEntries = (nodes: readonly TemplateNode[]): string[] =>
  nodes.every((node) => typeof node === 'string' || node.kind === 'value')
    ? splitList(nodes.map((node) => (typeof node === 'string' ? node : PLACE)).join(''))
    : [];

/**
 * Evaluates a list of mailboxes. Only the commas and angle brackets of the template have a meaning, so a value cannot add an
 * entry, and a display name cannot contain an address. An empty value omits its entry.
 *
 * @param problems - receives a description of each missing variable
 * @returns `unusable` unless every entry is a mailbox
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
    // Without angle brackets, the value also contains the name.
    const shown = toDisplayName(name ?? displayName(mailbox.value.name ?? ''));
    return { ok: true, value: { ...(shown && { name: shown }), address: mailbox.value.address } } as const;
  });
  const usable = mailboxes.flatMap((mailbox) => (mailbox.ok ? mailbox.value : []));
  return usable.length > 0 && usable.length === mailboxes.length ? usable : 'unusable';
}

/** Removes angle brackets and the quotes of the template. The transport adds quotes if needed. */
function toDisplayName(rendered: string): string {
  const text = sanitizeHeaderValue(rendered).trim();
  return (/^"(?<inner>.*)"$/.exec(text)?.groups?.inner ?? text).replace(/[<>]/g, '').trim();
}
