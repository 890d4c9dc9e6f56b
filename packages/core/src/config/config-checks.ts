import { type ConfigIssue, error, warning } from '../config-issue.js';
import { checkCustomHeaders } from '../custom-headers.js';
import { normalizeLocale } from '../locale.js';
import { readMailbox } from '../mailbox.js';
import { findSimilarName } from '../similar-name.js';
import { writtenEntries } from '../template/evaluate-mailboxes.js';
import { PLACE } from '../template/html-values.js';
import { parseTemplate, type TemplateVariable } from '../template/parse-template.js';
import type { BrokenTemplate } from '../template/plain-template.js';
import { templateSchema } from '../template/template.js';
import { carriesCode, variablesOf } from '../usage-types.js';
import { API_HOMES, checkKeys, SMTP_HOMES } from './check-keys.js';
import { checkProviders } from './check-providers.js';
import { checkServer } from './check-server.js';
import { isRecord, type Raw, selectsProvider } from './config-input.js';

type Path = ConfigIssue['path'];

interface TemplateRules {
  brokenTemplate: BrokenTemplate;
  /** The usage types that must have a template. */
  requireTypes: readonly string[];
}

/**
 * Checks what the schema of a single field cannot check. The config does not have to be valid, so that one pass reports all
 * problems.
 */
export const checkConfig = (raw: Raw, knownKeys: readonly string[], rules: TemplateRules): ConfigIssue[] => [
  ...checkKeys(raw, [...knownKeys, 'url'], { homes: selectsProvider(raw) ? API_HOMES : SMTP_HOMES }),
  ...(selectsProvider(raw) ? checkProviders(raw) : checkServer(raw)),
  ...(isRecord(raw.customHeaders) ? checkCustomHeaders(raw.customHeaders) : []),
  ...(Array.isArray(raw.templates) ? checkTemplates(raw.templates, raw.defaultLocale, rules) : []),
];

function checkTemplates(
  templates: readonly unknown[],
  defaultLocale: unknown,
  { brokenTemplate, requireTypes }: TemplateRules,
): ConfigIssue[] {
  return [
    ...checkRequiredTypes(templates, requireTypes),
    ...checkVariants(templates, defaultLocale),
    ...templates.flatMap((template, index) =>
      isRecord(template) ? checkTemplate(template, index, brokenTemplate) : [],
    ),
  ];
}

function checkRequiredTypes(templates: readonly unknown[], required: readonly string[]): ConfigIssue[] {
  const missing = (message: string) => error(['templates'], 'template_missing', message);
  if (templates.length === 0 && required.length === 0)
    return [missing('templates is empty: add a template with usageType, contentType, subject, and content')];
  const present = new Set(templates.map((template) => (isRecord(template) ? template.usageType : undefined)));
  return required
    .filter((type) => !present.has(type))
    .map((type) => missing(`there is no template for ${type}: add one with "usageType": "${type}"`));
}

/** Finds duplicates of a type and language, and types that have no template for some languages. */
function checkVariants(templates: readonly unknown[], defaultLocale: unknown): ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  const seen = new Map<string, Set<string>>();
  for (const [index, template] of templates.entries()) {
    if (!isRecord(template) || typeof template.usageType !== 'string') continue;
    const { usageType } = template;
    const locale =
      typeof template.locale === 'string' ? (normalizeLocale(template.locale) ?? template.locale) : '';
    const locales = seen.get(usageType) ?? new Set();
    seen.set(usageType, locales);
    if (locales.has(locale)) {
      const message = `there is an earlier template for ${usageType}${locale && ` in ${locale}`}: this one is never used`;
      issues.push(warning(['templates', index], 'template_duplicate', message));
    }
    locales.add(locale);
  }
  const fallback = typeof defaultLocale === 'string' ? normalizeLocale(defaultLocale) : undefined;
  const isFallback = (locale: string) =>
    locale === '' || fallback === locale || fallback?.startsWith(`${locale}-`);
  for (const [type, locales] of seen) {
    if ([...locales].some(isFallback)) continue;
    const message = `${type} has templates only in ${[...locales].join(', ')}: set defaultLocale, or add a ${type} template without a locale for all other languages`;
    issues.push(warning(['templates'], 'template_without_fallback', message));
  }
  return issues;
}

const TEMPLATE_FIELDS = ['subject', 'content', 'text', 'replyTo', 'sendFrom'];

function checkTemplate(template: Raw, index: number, brokenTemplate: BrokenTemplate): ConfigIssue[] {
  const path = ['templates', index];
  const issues = checkKeys(template, Object.keys(templateSchema.shape), { path });
  const variables: TemplateVariable[] = [];
  let isBroken = false;
  for (const field of TEMPLATE_FIELDS) {
    const text = template[field];
    if (typeof text !== 'string') continue;
    const parsed = parseTemplate(text);
    if (parsed.ok) {
      variables.push(...parsed.template.variables);
      continue;
    }
    isBroken = true;
    const { line, column, message } = parsed.problem;
    const report = brokenTemplate === 'error' ? error : warning;
    const place = `templates[${index}].${field} is broken at line ${line}, column ${column}`;
    issues.push(report([...path, field], 'template_syntax', `${place}: ${message}`));
  }
  issues.push(...checkAddresses(template, index));
  const { usageType } = template;
  if (typeof usageType === 'string' && !isBroken) issues.push(...checkVariables(usageType, variables, path));
  return issues;
}

const FALLBACK_ADDRESSES = { sendFrom: 'fromEmail', replyTo: 'the replyTo of the config' };

/**
 * Checks the addresses in the template itself, before any email is rendered. Entries that contain a value are not known yet,
 * and a block may omit an entry along with its comma.
 */
const checkAddresses = (template: Raw, index: number): ConfigIssue[] =>
  Object.entries(FALLBACK_ADDRESSES).flatMap(([field, instead]) => {
    const text = template[field];
    const parsed = typeof text === 'string' ? parseTemplate(text) : undefined;
    const entries = parsed?.ok ? writtenEntries(parsed.template.nodes) : [];
    const parts = field === 'sendFrom' && entries.length > 0 ? [entries.join(',')] : entries;
    const problem = parts
      .filter((part) => !part.includes(PLACE))
      .map(readMailbox)
      .find((mailbox) => !mailbox.ok);
    if (!problem || problem.ok) return [];
    const message = `${field} is not a valid address (${problem.problem}): ${instead} is used instead`;
    return [warning(['templates', index, field], 'address_unusable', message)];
  });

function checkVariables(
  usageType: string,
  variables: readonly TemplateVariable[],
  path: Path,
): ConfigIssue[] {
  const outer = new Set(variables.filter(({ inner }) => !inner).map(({ root }) => root));
  const unescaped = new Set(variables.filter((each) => each.unescaped).map((each) => each.path));
  const known = variablesOf(usageType);
  const showsCode = !carriesCode(usageType) || outer.has('code') || outer.has('link');
  const adviceFor = (name: string) => {
    const similar = findSimilarName(name, known ?? []);
    return similar ? `did you mean {{${similar}}}?` : `the variables are ${known?.join(', ')}`;
  };
  const found: [code: string, message: string][] = [
    ...[...unescaped].map((name): [string, string] => [
      'template_unescaped',
      `{{{${name}}}} is escaped like {{${name}}}: values cannot contain markup`,
    ]),
    ...[...outer]
      .filter((name) => known && !known.includes(name))
      .map((name): [string, string] => [
        'variable_unknown',
        `${usageType} emails have no {{${name}}}: ${adviceFor(name)}`,
      ]),
  ];
  if (!showsCode)
    found.unshift(['code_missing', `the ${usageType} template never shows the code: add {{code}}`]);
  return found.map(([code, message]) => warning(path, code, message));
}
