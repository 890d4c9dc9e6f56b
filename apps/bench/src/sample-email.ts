/** The emails of the contestants. Each one has a different code. */
import type { Template } from '@postern/core';
import { createTemplates } from '@postern/templates';
import Handlebars from 'handlebars';
import { compile } from 'html-to-text';
import { FROM, HTML_TEMPLATE, SUBJECT_TEMPLATE } from './sign-in-email.ts';

type EmailTemplate = Omit<Template, 'usageType'>;

export interface SampleEmail {
  readonly title: string;
  readonly template: EmailTemplate;
  /** The variables of the template, except for the code. */
  readonly payload?: Readonly<Record<string, string | readonly string[]>>;
}

const html = (content: string): EmailTemplate => ({
  contentType: 'text/html',
  subject: SUBJECT_TEMPLATE,
  content,
});

/** Replaces the last paragraph of {@link HTML_TEMPLATE}. */
const withLastParagraph = (paragraph: string): string =>
  HTML_TEMPLATE.replace(/ *<p[^>]*>If it was not you.*<\/p>\n/, paragraph);

const CHINESE = `<p>请输入以下验证码完成登录：</p><p><b>{{code}}</b></p>${'<p>验证码十分钟内有效。请勿将验证码告诉任何人，包括自称是我们员工的人。如果不是您本人操作，请忽略这封邮件。</p>'.repeat(8)}`;

/** A minified page of 40 KB in a single line. */
const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sign in</title></head><body><p>Your code is <b>{{code}}</b>.</p><table>${'<tr><td style="padding:8px;border-bottom:1px solid #dde1e6;font:14px/20px Arial,sans-serif">A new sign-in to your account needs this code.</td></tr>'.repeat(260)}</table></body></html>`;

const readyMade = (): EmailTemplate => {
  const templates = createTemplates({ brand: { name: 'Example' }, locales: ['en'] });
  const template = templates.find(({ usageType, locale }) => usageType === 'SignIn' && locale === 'en');
  if (!template) throw new Error('@postern/templates has no English sign-in email.');
  // The requests of the bench have no language.
  return { ...template, locale: undefined };
};

export const SAMPLE_EMAILS = {
  'sign-in': { title: 'a sign-in code, 1 KB', template: html(HTML_TEMPLATE) },
  'ready-made': { title: 'the sign-in email of @postern/templates', template: readyMade() },
  blocks: {
    title: 'a template with {{#if}} and {{#each}} blocks',
    template: html(
      withLastParagraph(
        '{{#if device}}<p>The request came from {{device}}.</p>{{else}}<p>Unknown device.</p>{{/if}}<ul>{{#each steps}}<li>{{@index}}. {{this}}</li>{{/each}}</ul>',
      ),
    ),
    payload: { device: 'Firefox on Linux', steps: ['Open the app', 'Enter the code', 'Done'] },
  },
  blanks: { title: 'a kilobyte of spaces', template: html(withLastParagraph(`<p>${' '.repeat(1024)}</p>`)) },
  chinese: { title: 'Chinese', template: html(CHINESE) },
  page: { title: 'a minified page of 40 KB', template: html(PAGE) },
} as const satisfies Record<string, SampleEmail>;

export type SampleName = keyof typeof SAMPLE_EMAILS;

export const SAMPLE_NAMES = Object.keys(SAMPLE_EMAILS) as [SampleName, ...SampleName[]];

/** A message for a library that does not render. */
interface FinishedMessage {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

export type MakeMessage = (to: string, code: string) => FinishedMessage;

/**
 * Creates messages as an application does for a library that does not render: with compiled Handlebars for subject and HTML, and
 * html-to-text for the plain text. Postern does the same work for each email.
 */
export function renderMessages(sample: SampleName): MakeMessage {
  const { template, payload }: SampleEmail = SAMPLE_EMAILS[sample];
  const subject = Handlebars.compile(template.subject);
  const content = Handlebars.compile(template.content);
  const toText = compile({ wordwrap: false });
  return (to, code) => {
    const values = { ...payload, code };
    const html = content(values);
    return { from: FROM, to, subject: subject(values), html, text: toText(html) };
  };
}

/** A code that no template contains. */
const CODE = '975310';

/** Creates messages as cheaply as possible, by replacing the code in a prerendered message. */
export function prepareMessages(sample: SampleName): MakeMessage {
  const prepared = renderMessages(sample)('', CODE);
  return (to, code) => ({
    from: FROM,
    to,
    subject: prepared.subject.replaceAll(CODE, code),
    html: prepared.html.replaceAll(CODE, code),
    text: prepared.text.replaceAll(CODE, code),
  });
}
