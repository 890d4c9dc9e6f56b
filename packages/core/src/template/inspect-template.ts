import { parseTemplate, type TemplateVariable } from './parse-template.js';
import type { TemplateProblem } from './placeholder-syntax.js';

/** What a template consists of, or how it is broken. */
export type TemplateInspection =
  | { ok: true; variables: readonly TemplateVariable[] }
  | { ok: false; problem: TemplateProblem };

/**
 * Reads a template by the rules of the config, without rendering it: which variables it shows or tests, or what is
 * wrong with it and where. For tools that check templates before they are in a config.
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
