import { readTemplate, type TemplateProblem, type TemplateVariable } from './template-source.js';

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
  const read = readTemplate(text);
  return read.ok ? { ok: true, variables: read.source.variables } : read;
}
