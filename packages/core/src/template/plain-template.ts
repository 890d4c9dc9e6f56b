import type { TemplateNode } from './template-node.js';

/** What to do with a template that Handlebars cannot parse: refuse it, or replace its plain variables and keep the rest as text. */
export type BrokenTemplate = 'error' | 'text';

/** A plain variable: `{{ code }}`, `{{application.name}}`. */
const VARIABLE = /(\{\{\s*([\w.]+)\s*\}\})/g;

/** Parses a text in which only plain variables have a meaning. Never fails. */
export function parsePlainTemplate(text: string): TemplateNode[] {
  const pieces = text.split(VARIABLE);
  return pieces.flatMap((piece, index): TemplateNode[] => {
    if (index % 3 === 0) return piece === '' ? [] : [piece];
    if (index % 3 === 2) return [];
    const name = pieces[index + 1] ?? '';
    const expression = {
      kind: 'path',
      parts: name.split('.'),
      depth: 0,
      isData: false,
      isScoped: false,
    } as const;
    return [{ kind: 'value', expression, written: piece, name }];
  });
}
