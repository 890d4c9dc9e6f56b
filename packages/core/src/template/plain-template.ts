import Handlebars from 'handlebars';
import type { PayloadValue } from '../payload.js';
import { type MissingVariable, type TemplateProgram, toText } from './template-program.js';

/** What to do with a template that Handlebars can't read: refuse it, or fill in its plain variables and leave the rest as text. */
export type BrokenTemplate = 'error' | 'text';

/** The only thing that is more than text: `{{ code }}`, `{{application.name}}`. */
const VARIABLE = /\{\{\s*(?<path>[\w.]+)\s*\}\}/g;

const isRecord = (value: PayloadValue): value is Extract<PayloadValue, object> =>
  typeof value === 'object' && value !== null;

/** Own properties only, and none of a text: the same rules as in a template that can be read. */
function find(payload: Record<string, PayloadValue>, parts: readonly string[]): PayloadValue {
  return parts.reduce<PayloadValue>(
    (value, part) =>
      isRecord(value) && Object.hasOwn(value, part)
        ? (value as Readonly<Record<string, PayloadValue>>)[part] // a list has its indices
        : undefined,
    payload,
  );
}

/** Compiles a text in which only plain variables mean something. There is nothing that could be wrong with it. */
export function compilePlainTemplate(
  text: string,
  { escape: escapeHtml, missingVariable }: { escape: boolean; missingVariable: MissingVariable },
): TemplateProgram {
  return {
    render: (payload, problems) =>
      text.replace(VARIABLE, (written: string, path: string) => {
        const parts = path.split('.');
        const value = find(payload, parts);
        if (value === undefined || value === null) {
          if (missingVariable === 'error') problems.add(`${path} is missing`);
          return missingVariable === 'keep' && !Object.hasOwn(payload, parts[0] ?? '') ? written : '';
        }
        if (isRecord(value) && missingVariable === 'error')
          problems.add(`${path} is ${Array.isArray(value) ? 'a list' : 'an object'}, not text`);
        return escapeHtml ? Handlebars.escapeExpression(toText(value)) : toText(value);
      }),
    // Every other one of the split is the name of a variable.
    fixedParts: Object.freeze(text.split(VARIABLE).filter((_, index) => index % 2 === 0)),
  };
}
