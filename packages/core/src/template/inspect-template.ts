import { parseTemplate, type TemplateVariable } from './parse-template.js';
import type { TemplateProblem } from './placeholder-syntax.js';

/** The variables of a template, or its syntax error. */
export type TemplateInspection =
  | { ok: true; variables: readonly TemplateVariable[] }
  | { ok: false; problem: TemplateProblem };

/**
 * Parses a template by the rules of the config, without rendering it. Returns the variables that it shows or tests, or the
 * problem and its position. Use it in tools that check templates before they are part of a config.
 *
 * @example
 * ```ts
 * inspectTemplate('Hello {{user.name}}'); // { ok: true, variables: [{ path: 'user.name', root: 'user', … }] }
 * inspectTemplate('{{#if code}}…'); // { ok: false, problem: { message: '…', line: 1, column: 1 } }
 * ```
 */
export function inspectTemplate(text: string): TemplateInspection {
  const parsed = parseTemplate(text);
  return parsed.ok ? { ok: true, variables: parsed.template.variables } : parsed;
}
