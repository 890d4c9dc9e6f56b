import { inspectConnectorConfig, inspectTemplate, type Template } from '@postern/core';
import { templateVariables } from '@postern/templates';
import type { UsedVariable } from './wire/compose.js';
import type { Issue, TemplatePart } from './wire/issue.js';

const PARTS: readonly TemplatePart[] = ['subject', 'content', 'text', 'replyTo', 'sendFrom'];

const isPart = (name: unknown): name is TemplatePart => PARTS.some((part) => part === name);

/** The position of the first use of a variable. The first line and column are 1. */
function placeOf(variable: string, text: string): { line: number; column: number } | undefined {
  const escaped = variable.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const index = text.search(new RegExp(`\\{\\{[^{}]*?(?<![\\w.])${escaped}(?![\\w])`));
  if (index === -1) return undefined;
  const lines = text.slice(0, index).split(/\r\n?|\n/);
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

/** The syntax errors of the template, with their positions. */
function syntaxIssues(template: Template): Issue[] {
  return PARTS.flatMap((part): Issue[] => {
    const text = template[part];
    const inspection = text === undefined ? undefined : inspectTemplate(text);
    if (inspection === undefined || inspection.ok) return [];
    return [{ severity: 'error', code: 'template_syntax', part, ...inspection.problem }];
  });
}

/** Templates that complete the config, so that the check only reports the template. */
const STAND_INS = ['Register', 'SignIn', 'ForgotPassword', 'Generic'].map((usageType) => ({
  usageType,
  contentType: 'text/plain',
  subject: 'Code',
  content: '{{code}}',
}));

/** The issues that the check of a config reports for the template. */
function configIssues(template: Template): Issue[] {
  const others = STAND_INS.filter(({ usageType }) => usageType !== template.usageType);
  const defaultLocale = template.locale ?? 'en';
  const { issues } = inspectConnectorConfig({
    ...{ host: 'localhost', port: 25, auth: {}, fromEmail: 'noreply@example.com', defaultLocale },
    templates: [template, ...others],
  });
  return issues
    .filter(
      ({ path: [root, index], code }) => root === 'templates' && index === 0 && code !== 'template_syntax',
    )
    .map(({ path: [, , field], ...issue }) => {
      const named = /\{\{+([^{}]+)\}/.exec(issue.message)?.[1];
      const found =
        issue.code === 'code_missing' || named === undefined
          ? undefined
          : PARTS.map((part) => ({ part, place: placeOf(named, template[part] ?? '') })).find(
              ({ place }) => place,
            );
      return {
        ...issue,
        ...(isPart(field) && { part: field }),
        ...(found?.place && { part: found.part, ...found.place }),
        ...(issue.code === 'code_missing' && { part: 'content' as const }),
      };
    });
}

/** Reports the issues of a template without rendering it. */
export function checkTemplate(template: Template): Issue[] {
  const broken = syntaxIssues(template);
  return [...broken, ...configIssues(template)];
}

/** The variables of a usage type that Postern defines. Custom types can have any variable. */
export const variablesOf = (type: string): readonly string[] | undefined => {
  const known = Object.entries(templateVariables).find(([name]) => name === type)?.[1];
  return known && Object.keys(known.shape);
};

/** The variables that a template uses, in the order of its parts. */
export function usedVariables(template: Template): UsedVariable[] {
  const found = new Map<string, { root: string; parts: Set<string> }>();
  for (const part of PARTS) {
    const inspection = inspectTemplate(template[part] ?? '');
    if (!inspection.ok) continue;
    for (const { path, root, inner } of inspection.variables) {
      if (inner) continue;
      const variable = found.get(path) ?? { root, parts: new Set() };
      variable.parts.add(part);
      found.set(path, variable);
    }
  }
  const known = variablesOf(template.usageType);
  return [...found].map(([path, { root, parts }]) => ({
    path,
    parts: [...parts],
    ...(known && { isKnown: known.includes(root) }),
  }));
}
