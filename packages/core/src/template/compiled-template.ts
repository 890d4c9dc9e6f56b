import { sanitizeHeaderValue } from '../header-field.js';
import { hasRefusedScheme, type LinkRule } from '../link-schemes.js';
import { MailError } from '../mail-error.js';
import type { Mailbox } from '../mailbox.js';
import type { PayloadValue } from '../payload.js';
import { safePayload } from '../safe-payload.js';
import { evaluateMailboxes } from './evaluate-mailboxes.js';
import { evaluateTemplate, type MissingVariable } from './evaluate-template.js';
import { type HtmlValue, PLACE, placeValues } from './html-values.js';
import { parseTemplate } from './parse-template.js';
import { type BrokenTemplate, parsePlainTemplate } from './plain-template.js';
import type { Template } from './template.js';
import type { TemplateNode } from './template-node.js';
import { deriveTextTemplate, withoutMarks } from './text-alternative.js';
import { formatsFor } from './value-format.js';

const MAX_CONTENT_LENGTH = 1 << 20;
const MAX_SUBJECT_LENGTH = 998;

/** The result of rendering a template with a payload. */
interface RenderedTemplate {
  subject: string;
  text: string;
  html?: string;
  /** `undefined` if the template has no sender. `unusable` if the rendered sender is not a valid address. */
  from?: Mailbox | 'unusable';
  replyTo?: readonly Mailbox[] | 'unusable';
}

/** A template that is compiled once and rendered many times. */
export interface CompiledTemplate {
  readonly locale: string | undefined;
  render(payload: Record<string, PayloadValue>): RenderedTemplate;
}

/** A template of the config, or a checked override. */
export type TemplateToCompile = Omit<Template, 'usageType'>;

/** Options for compiling the templates of a mailer. */
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
  const { line, toHtmlValue } = formatsFor(template.locale);
  const isHtml = template.contentType === 'text/html';

  /** Parses a field, without the characters that mark values during evaluation. */
  function parse(field: 'subject' | 'content' | 'text' | 'sendFrom' | 'replyTo'): readonly TemplateNode[] {
    const written = withoutMarks(template[field] ?? '');
    const parsed = parseTemplate(written);
    if (parsed.ok) return parsed.template.nodes;
    if (brokenTemplate === 'text') return parsePlainTemplate(written);
    const { line, column, message } = parsed.problem;
    throw new MailError(
      'template_invalid',
      `The ${field} of the ${type} template is broken at line ${line}, column ${column}: ${message}.`,
      { stage: 'template' },
    );
  }

  const subject = parse('subject');
  const content = parse('content');
  const derived = isHtml && template.text === undefined ? await deriveTextTemplate(content) : undefined;
  const text = template.text === undefined ? derived : parse('text');
  const sendFrom = template.sendFrom ? parse('sendFrom') : undefined;
  const replyTo = template.replyTo ? parse('replyTo') : undefined;

  return {
    locale: template.locale,
    render(payload) {
      const problems = new Set<string>();
      const links = new Set<string>();
      const safe = safePayload(payload);
      const asLine = (nodes: readonly TemplateNode[], found = problems) =>
        evaluateTemplate(nodes, safe, found, { missingVariable, format: line });
      const asMailboxes = (nodes: readonly TemplateNode[]) =>
        evaluateMailboxes(nodes, payload, problems, { missingVariable });

      function asHtml(): string {
        const values: HtmlValue[] = [];
        const format = (value: string, path: string) => {
          values.push(toHtmlValue(value, path));
          return PLACE;
        };
        const html = evaluateTemplate(content, safe, problems, { missingVariable, format });
        return placeValues(html, values, linkRule, links);
      }

      const filled = isHtml ? asHtml() : asLine(content);
      // Mail apps also turn URLs in plain text into links.
      if (typeof safe.link === 'string' && hasRefusedScheme(safe.link))
        links.add(`link must be ${linkRule.wanted}`);
      const from = sendFrom && asMailboxes(sendFrom);
      const rendered: RenderedTemplate = {
        subject: sanitizeHeaderValue(asLine(subject)),
        // Variables that a derived text lacks were already reported for the HTML.
        text: text ? asLine(text, text === derived ? new Set() : problems) : filled,
        ...(isHtml && { html: filled }),
        ...(from && { from: from !== 'unusable' && from[0] && from.length === 1 ? from[0] : 'unusable' }),
        ...(replyTo && { replyTo: asMailboxes(replyTo) }),
      };
      refuse(type, [...problems], VARIABLE_HINT);
      refuse(type, [...links], LINK_HINT);
      refuse(type, oversized(rendered), SIZE_HINT);
      return rendered;
    },
  };
}

const VARIABLE_HINT = 'Pass the variable in payload, or wrap it in {{#if …}} in the template.';
const LINK_HINT =
  'Pass a complete URL. To allow the scheme of a deep link, such as myapp:, list it in linkSchemes.';
const SIZE_HINT = 'Pass shorter values in payload.';

function refuse(type: string, problems: string[], hint: string): void {
  if (problems.length === 0) return;
  throw new MailError(
    'payload_invalid',
    `The payload does not match the ${type} template: ${problems.join(', ')}.`,
    {
      stage: 'payload',
      hint,
    },
  );
}

const oversized = ({ subject, text, html = '' }: RenderedTemplate): string[] => [
  ...(subject.length > MAX_SUBJECT_LENGTH
    ? [`the rendered subject is longer than ${MAX_SUBJECT_LENGTH} characters`]
    : []),
  ...(Math.max(text.length, html.length) > MAX_CONTENT_LENGTH
    ? [`the rendered content is longer than ${MAX_CONTENT_LENGTH} characters`]
    : []),
];
