import type { FixedParts } from '../email.js';
import { sanitizeHeaderValue } from '../header-field.js';
import { MailError } from '../mail-error.js';
import { type Mailbox, readMailbox, readMailboxList } from '../mailbox.js';
import type { PayloadValue } from '../payload.js';
import { derivePlainText } from './derived-text.js';
import { compileTemplate } from './handlebars-program.js';
import { type BrokenTemplate, compilePlainTemplate } from './plain-template.js';
import type { Template } from './template.js';
import type { MissingVariable, TemplateProgram } from './template-program.js';
import { readTemplate } from './template-source.js';

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
  /** What every email of the template has. */
  readonly fixedParts: FixedParts;
  render(payload: Record<string, PayloadValue>): RenderedTemplate;
}

/** What is compiled: a template of the config, or an override that was checked. */
export type TemplateToCompile = Omit<Template, 'usageType'>;

type RenderMailboxes = (
  payload: Record<string, PayloadValue>,
  problems: Set<string>,
) => readonly Mailbox[] | 'unusable';

export function compileEmailTemplate(
  type: string,
  template: TemplateToCompile,
  missingVariable: MissingVariable,
  brokenTemplate: BrokenTemplate,
): CompiledTemplate {
  const compile = (field: string, text: string, escapeHtml = false): TemplateProgram => {
    const read = readTemplate(text);
    const options = { escape: escapeHtml, missingVariable };
    if (read.ok) return compileTemplate(read.source, options);
    if (brokenTemplate === 'text') return compilePlainTemplate(text, options);
    const { line, column, message } = read.problem;
    throw new MailError(
      'template_invalid',
      `The ${field} of the ${type} template is broken at line ${line}, column ${column}: ${message}.`,
      {
        stage: 'template',
      },
    );
  };
  const isHtml = template.contentType === 'text/html';
  const subject = compile('subject', template.subject);
  const content = compile('content', template.content, isHtml);
  const text = template.text === undefined ? undefined : compile('text', template.text);
  const derived = isHtml && !text ? derivePlainText(content.fixedParts) : undefined;
  const from = template.sendFrom ? compileMailboxes('sendFrom', template.sendFrom, compile) : undefined;
  const replyTo = template.replyTo ? compileMailboxes('replyTo', template.replyTo, compile) : undefined;

  return {
    locale: template.locale,
    fixedParts: Object.freeze({
      text: (text ?? derived ?? content).fixedParts,
      ...(isHtml && { html: content.fixedParts }),
    }),
    render(payload) {
      const problems = new Set<string>();
      const body = content.render(payload, problems);
      const rendered: RenderedTemplate = {
        subject: sanitizeHeaderValue(subject.render(payload, problems).text),
        text: text?.render(payload, problems).text ?? derived?.of(body) ?? body.text,
        ...(isHtml && { html: body.text }),
        ...(from && { from: first(from(payload, problems)) }),
        ...(replyTo && { replyTo: replyTo(payload, problems) }),
      };
      refuse(type, [...problems]);
      refuse(type, oversized(rendered));
      return rendered;
    },
  };
}

const first = (mailboxes: readonly Mailbox[] | 'unusable') =>
  mailboxes === 'unusable' ? mailboxes : (mailboxes[0] ?? 'unusable');

function refuse(type: string, problems: string[]): void {
  if (problems.length === 0) return;
  throw new MailError(
    'payload_invalid',
    `The payload does not fit the ${type} template: ${problems.join(', ')}.`,
    {
      stage: 'payload',
      hint: 'Pass the variable in payload, or wrap it in {{#if …}} in the template.',
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

type Compile = (field: string, text: string) => TemplateProgram;

/** A list is taken apart where the template's author put the commas, so that no value can make it longer. */
function compileMailboxes(field: string, text: string, compile: Compile): RenderMailboxes {
  const parts = text.match(/(?:"(?:[^"\\]|\\.)*"|\{\{[^{}]*\}\}|[^",])+/g) ?? [text];
  // A comma inside of a block belongs to the block.
  if (parts.length === 1 || !parts.every((part) => readTemplate(part).ok))
    return compileMailbox(field, text, compile);
  const mailboxes = parts.map((part) => compileMailbox(field, part.trim(), compile));
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
function compileMailbox(field: string, text: string, compile: Compile): RenderMailboxes {
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
      const mailbox = readMailbox(whole.render(payload, problems).text);
      return mailbox.ok ? [mailbox.value] : 'unusable';
    };
  }
  const name = compile(field, parts.name ?? '');
  const address = compile(field, parts.address ?? '');
  return (payload, problems) => {
    const mailbox = readMailbox(address.render(payload, problems).text);
    const displayName = toDisplayName(name.render(payload, problems).text);
    if (!mailbox.ok) return 'unusable';
    return [{ ...(displayName && { name: displayName }), address: mailbox.value.address }];
  };
}

/** Without the author's quotes (the transport quotes again) and without angle brackets. */
function toDisplayName(rendered: string): string {
  const text = sanitizeHeaderValue(rendered).trim();
  return (/^"(?<inner>.*)"$/.exec(text)?.groups?.inner ?? text).replace(/[<>]/g, '').trim();
}
