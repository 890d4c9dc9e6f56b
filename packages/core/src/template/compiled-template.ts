import { sanitizeHeaderValue } from '../header-field.js';
import { hasRefusedScheme, type LinkRule } from '../link-schemes.js';
import { MailError } from '../mail-error.js';
import { MAX_LIST_LENGTH, type Mailbox, readMailbox, readMailboxList } from '../mailbox.js';
import type { PayloadValue } from '../payload.js';
import { displayName } from '../plain-line.js';
import { splitList } from '../quoted-text.js';
import { safePayload } from '../safe-payload.js';
import { evaluateTemplate, type MissingVariable } from './evaluate-template.js';
import { type HtmlValue, PLACE, placeValues } from './html-values.js';
import { parseTemplate } from './parse-template.js';
import { type BrokenTemplate, parsePlainTemplate } from './plain-template.js';
import type { Template } from './template.js';
import type { TemplateNode } from './template-node.js';
import { deriveTextTemplate, withoutMarks } from './text-alternative.js';
import { formatsFor, type ValueFormat } from './value-format.js';

const MAX_CONTENT_LENGTH = 1 << 20;
const MAX_SUBJECT_LENGTH = 998;

/** What a template makes of a payload. */
interface RenderedTemplate {
  subject: string;
  text: string;
  html?: string;
  /** `undefined` where the template has none; `unusable` where it rendered to no address. */
  from?: Mailbox | 'unusable';
  replyTo?: readonly Mailbox[] | 'unusable';
}

/** A template, compiled once and rendered many times. */
export interface CompiledTemplate {
  readonly locale: string | undefined;
  render(payload: Record<string, PayloadValue>): RenderedTemplate;
}

/** What is compiled: a template of the config, or an override that was checked. */
export type TemplateToCompile = Omit<Template, 'usageType'>;

type RenderMailboxes = (
  payload: Record<string, PayloadValue>,
  problems: Set<string>,
) => readonly Mailbox[] | 'unusable';

/** How the templates of a mailer are compiled. */
export interface CompileOptions {
  missingVariable: MissingVariable;
  brokenTemplate: BrokenTemplate;
  linkRule: LinkRule;
}

export async function compileEmailTemplate(
  type: string,
  template: TemplateToCompile,
  { missingVariable, brokenTemplate, linkRule }: CompileOptions,
): Promise<CompiledTemplate> {
  const formats = formatsFor(template.locale);
  const parse = (field: string, text: string): readonly TemplateNode[] => {
    const parsed = parseTemplate(text);
    if (parsed.ok) return parsed.template.nodes;
    if (brokenTemplate === 'text') return parsePlainTemplate(text);
    const { line, column, message } = parsed.problem;
    throw new MailError(
      'template_invalid',
      `The ${field} of the ${type} template is broken at line ${line}, column ${column}: ${message}.`,
      { stage: 'template' },
    );
  };
  const toFiller =
    (nodes: readonly TemplateNode[], format?: ValueFormat): Filler =>
    (payload, problems) =>
      evaluateTemplate(nodes, payload, problems, { missingVariable, format });
  const toHtmlFiller =
    (nodes: readonly TemplateNode[], links: Set<string>): Filler =>
    (payload, problems) => {
      const values: HtmlValue[] = [];
      const format = (value: string, path: string) => {
        values.push(formats.toHtmlValue(value, path));
        return PLACE;
      };
      const html = evaluateTemplate(nodes, payload, problems, { missingVariable, format });
      return placeValues(html, values, linkRule, links);
    };
  const compile: Compile = (field, text, format) => toFiller(parse(field, text), format);

  const isHtml = template.contentType === 'text/html';
  const subject = compile('subject', template.subject, formats.line);
  const content = parse('content', isHtml ? withoutMarks(template.content) : template.content);
  const derived =
    isHtml && template.text === undefined && toFiller(await deriveTextTemplate(content), formats.line);
  const text = template.text === undefined ? undefined : compile('text', template.text, formats.line);
  const from = template.sendFrom
    ? compileMailboxes('sendFrom', template.sendFrom, compile, formats.name)
    : undefined;
  const replyTo = template.replyTo
    ? compileMailboxes('replyTo', template.replyTo, compile, formats.name)
    : undefined;

  return {
    locale: template.locale,
    render(payload) {
      const problems = new Set<string>();
      const links = new Set<string>();
      const safe = safePayload(payload);
      const body = isHtml ? toHtmlFiller(content, links) : toFiller(content, formats.line);
      const filled = body(safe, problems);
      // In plain text, too, mail apps and people make a link of it.
      if (typeof safe.link === 'string' && hasRefusedScheme(safe.link))
        links.add(`link must be ${linkRule.wanted}`);
      const rendered: RenderedTemplate = {
        subject: sanitizeHeaderValue(subject(safe, problems)),
        // What a derived text lacks, the html lacks, too.
        text: text?.(safe, problems) ?? (derived ? derived(safe, new Set()) : filled),
        ...(isHtml && { html: filled }),
        ...(from && { from: first(from(payload, problems)) }),
        ...(replyTo && { replyTo: replyTo(payload, problems) }),
      };
      refuse(type, [...problems], VARIABLE_HINT);
      refuse(type, [...links], LINK_HINT);
      refuse(type, oversized(rendered), SIZE_HINT);
      return rendered;
    },
  };
}

const first = (mailboxes: readonly Mailbox[] | 'unusable') =>
  mailboxes === 'unusable' ? mailboxes : (mailboxes[0] ?? 'unusable');

const VARIABLE_HINT = 'Pass the variable in payload, or wrap it in {{#if …}} in the template.';
const LINK_HINT =
  'Pass a complete URL. To allow the scheme of a deep link, such as myapp:, list it in linkSchemes.';
const SIZE_HINT = 'Pass shorter values in payload.';

function refuse(type: string, problems: string[], hint: string): void {
  if (problems.length === 0) return;
  throw new MailError(
    'payload_invalid',
    `The payload does not fit the ${type} template: ${problems.join(', ')}.`,
    {
      stage: 'payload',
      hint,
    },
  );
}

const oversized = ({ subject, text, html = '' }: RenderedTemplate): string[] => [
  ...(subject.length > MAX_SUBJECT_LENGTH
    ? [`the subject becomes longer than ${MAX_SUBJECT_LENGTH} characters`]
    : []),
  ...(Math.max(text.length, html.length) > MAX_CONTENT_LENGTH
    ? [`the content becomes longer than ${MAX_CONTENT_LENGTH} characters`]
    : []),
];

/** Fills in one text of a template. Adds to `problems` what the payload lacks, in words. */
type Filler = (payload: Readonly<Record<string, PayloadValue>>, problems: Set<string>) => string;

type Compile = (field: string, text: string, format?: ValueFormat) => Filler;

/** A list is taken apart where the template's author put the commas, so that no value can make it longer. */
function compileMailboxes(
  field: string,
  text: string,
  compile: Compile,
  format: ValueFormat,
): RenderMailboxes {
  if (text.length > MAX_LIST_LENGTH) return () => 'unusable';
  const parts = splitList(text, { isTemplate: true }).filter((part) => part !== '');
  // A comma inside of a block belongs to the block.
  if (parts.length <= 1 || !parts.every((part) => parseTemplate(part).ok))
    return compileMailbox(field, text, compile, format);
  const mailboxes = parts.map((part) => compileMailbox(field, part.trim(), compile, format));
  return (payload, problems) => {
    const rendered = mailboxes.map((render) => render(payload, problems));
    const usable = rendered.filter((each) => each !== 'unusable');
    return usable.length === rendered.length ? usable.flat() : 'unusable';
  };
}

/**
 * Name and address are rendered apart, along the angle bracket that the template's author wrote, so that
 * no value can move it: a display name can't smuggle an address.
 */
function compileMailbox(field: string, text: string, compile: Compile, format: ValueFormat): RenderMailboxes {
  const parts = /^(?<name>.*)<(?<address>[^<>]*)>\s*$/s.exec(text)?.groups;
  if (
    !parts?.name?.includes('{{') &&
    !parts?.address?.includes('{{') &&
    !(parts === undefined && text.includes('{{'))
  ) {
    const fixed = readMailboxList(text);
    return () => (fixed.ok ? fixed.value : 'unusable');
  }
  if (!parts) {
    const whole = compile(field, text);
    return (payload, problems) => {
      const mailbox = readMailbox(whole(payload, problems));
      if (!mailbox.ok) return 'unusable';
      const { name, address } = mailbox.value;
      // The name is part of the value, too.
      const shown = name && toDisplayName(displayName(name));
      return [{ ...(shown && { name: shown }), address }];
    };
  }
  const name = compile(field, parts.name ?? '', format);
  const address = compile(field, parts.address ?? '');
  return (payload, problems) => {
    const mailbox = readMailbox(address(payload, problems));
    const displayName = toDisplayName(name(payload, problems));
    if (!mailbox.ok) return 'unusable';
    return [{ ...(displayName && { name: displayName }), address: mailbox.value.address }];
  };
}

/** Without the author's quotes (the transport quotes again) and without angle brackets. */
function toDisplayName(rendered: string): string {
  const text = sanitizeHeaderValue(rendered).trim();
  return (/^"(?<inner>.*)"$/.exec(text)?.groups?.inner ?? text).replace(/[<>]/g, '').trim();
}
