import {
  type ConfigIssue,
  createMailer,
  inspectTemplate,
  isNotice,
  MailError,
  type SendRequest,
  type Template,
  type Transport,
} from '@postern/core';
import { type TemplateType, USAGE_TYPES } from './copy/copy-schema.js';
import { hasVariable, namesOf } from './template-contract.js';

export interface CheckTemplatesOptions {
  /** The languages that every usage type must have. @default all languages of the templates */
  locales?: readonly string[] | undefined;
  /** The usage types that every language must have. @default all usage types of the templates */
  types?: readonly TemplateType[] | undefined;
}

/**
 * Checks that templates are complete: every usage type exists in every language with all parts, uses only its own variables,
 * and shows the code or link even when the payload contains no other values. Notices must also work without a link.
 *
 * It renders each template, so templates without issues can be sent. It ignores your own usage types.
 *
 * @returns the issues, with the index of the template; empty if there are none
 */
export async function checkTemplates(
  templates: readonly Template[],
  options: CheckTemplatesOptions = {},
): Promise<ConfigIssue[]> {
  const locales = options.locales ?? [...new Set(templates.flatMap(({ locale }) => locale ?? []))];
  const used = new Set(templates.map(({ usageType }) => usageType));
  const types = options.types ?? USAGE_TYPES.filter((type) => used.has(type));
  const issues = findMissing(templates, types, locales);
  for (const [index, template] of templates.entries()) {
    const type = USAGE_TYPES.find((known) => known === template.usageType);
    if (type === undefined) continue;
    const found = checkParts(type, template);
    // A template with a syntax error would fail to render for the same reason.
    if (found.length === 0) found.push(...(await checkRendering(type, template)));
    issues.push(...found.map((issue) => ({ ...issue, path: ['templates', index, ...issue.path] })));
  }
  return issues;
}

const nameOf = (type: string, locale: string | undefined) => (locale ? `${type} in ${locale}` : type);

function findMissing(
  templates: readonly Template[],
  types: readonly TemplateType[],
  locales: readonly string[],
): ConfigIssue[] {
  const known = new Set(templates.map(({ usageType, locale }) => nameOf(usageType, locale)));
  const wanted = types.flatMap((type) =>
    (locales.length > 0 ? locales : [undefined]).map((locale) => nameOf(type, locale)),
  );
  return wanted
    .filter((name) => !known.has(name))
    .map((name) => error(['templates'], 'template_missing', `there is no template for ${name}`));
}

const error = (path: ConfigIssue['path'], code: string, message: string): ConfigIssue => ({
  severity: 'error',
  path,
  code,
  message,
});

function checkParts(type: TemplateType, template: Template): ConfigIssue[] {
  return (['subject', 'content', 'text'] as const).flatMap((part) => {
    const text = template[part];
    // A plain-text template needs no text alternative.
    if (part === 'text' && text === undefined && template.contentType === 'text/plain') return [];
    if (!text?.trim())
      return [error([part], 'part_missing', `${nameOf(type, template.locale)} has no ${part}`)];
    const inspection = inspectTemplate(text);
    if (!inspection.ok) {
      const { line, column, message } = inspection.problem;
      return [error([part], 'template_syntax', `is broken at line ${line}, column ${column}: ${message}`)];
    }
    const paths = inspection.variables.filter(({ inner }) => !inner).map(({ path }) => path);
    return [...new Set(paths)]
      .filter((path) => !hasVariable(type, path))
      .map((path) =>
        error(
          [part],
          'variable_unknown',
          `${type} emails have no {{${path}}}: the variables are ${namesOf(type).join(', ')}`,
        ),
      );
  });
}

/** These values do not occur anywhere else in an email. */
const CODE = 'THE-CODE-IN-QUESTION';
const LINK = 'https://example.com/the-link-in-question';

/** The smallest valid payloads. */
const PAYLOADS = {
  nothing: {},
  code: { code: CODE },
  link: { link: LINK },
  'code or link': { code: CODE, link: LINK },
};

async function checkRendering(type: TemplateType, template: Template): Promise<ConfigIssue[]> {
  const { locale, ...content } = template;
  const mailer = createMailer({
    config: { fromEmail: 'noreply@example.com', templates: [content] },
    transport: NO_TRANSPORT,
  });
  const check = async (what: keyof typeof PAYLOADS, severity: ConfigIssue['severity']) => {
    const request = { to: 'ada@example.com', type, payload: PAYLOADS[what] } as SendRequest; // only `link` for invitations
    const issue = (part: string, code: string, message: string): ConfigIssue[] => [
      { severity, path: [part], code, message },
    ];
    try {
      const { text, html } = await mailer.render(request);
      const parts = {
        ...(html !== undefined && { content: html }),
        [html === undefined ? 'content' : 'text']: text,
      };
      return Object.entries(parts).flatMap(([part, shown]) =>
        what === 'nothing' || shown.includes(CODE) || shown.includes(LINK)
          ? []
          : issue(
              part,
              'code_missing',
              `does not show the ${what} when the payload contains no other values`,
            ),
      );
    } catch (cause) {
      if (!(cause instanceof MailError)) throw cause;
      const payload = what === 'nothing' ? 'without a link' : `with only a ${what}`;
      return issue('content', cause.code, `cannot be rendered ${payload}: ${cause.message}`);
    }
  };
  if (type === 'OrganizationInvitation') return check('link', 'error');
  const issues = await check(isNotice(type) ? 'nothing' : 'code or link', 'error');
  if (issues.length > 0) return issues;
  if (isNotice(type)) return check('link', 'warning');
  // Applications that never send links need no template that shows them.
  return [...(await check('code', 'warning')), ...(await check('link', 'warning'))];
}

/** Rendering uses no transport. */
const NO_TRANSPORT: Transport = {
  name: 'none',
  send: () => Promise.reject(new Error('nothing is sent')),
  verify: () => Promise.resolve(),
  close: () => Promise.resolve(),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};
