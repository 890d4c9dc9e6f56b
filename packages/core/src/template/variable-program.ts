import Handlebars from 'handlebars';
import type { PayloadValue } from '../payload.js';
import type { ProgramOptions, TemplateProgram } from './template-program.js';
import { isRecord, showValue } from './variable-value.js';

/** A plain variable of a text. */
export interface Variable {
  /** As it stands in the text: `{{ user.name }}`. */
  readonly written: string;
  /** Its path: `user`, `name`. */
  readonly parts: readonly string[];
}

/** Own properties only, and none of a text. */
function find(payload: Record<string, PayloadValue>, parts: readonly string[]): PayloadValue {
  let value: PayloadValue = payload;
  for (const part of parts) {
    if (!isRecord(value) || !Object.hasOwn(value, part)) return undefined;
    value = (value as Readonly<Record<string, PayloadValue>>)[part]; // a list has its indices
  }
  return value;
}

/** The program of a text that is nothing but fixed parts and plain variables, as nearly all are. */
export function createVariableProgram(
  fixedParts: readonly string[],
  variables: readonly Variable[],
  { escape: escapeHtml, missingVariable }: ProgramOptions,
): TemplateProgram {
  const paths = variables.map(({ parts }) => parts.join('.'));
  return {
    fixedParts: Object.freeze(fixedParts),
    render(payload, problems) {
      const values: string[] = [];
      let text = fixedParts[0] ?? '';
      for (const [index, { written, parts }] of variables.entries()) {
        const found = find(payload, parts);
        const shown = showValue(found, paths[index] ?? '', parts[0], payload, missingVariable, problems);
        const value = escapeHtml && shown ? Handlebars.escapeExpression(shown) : (shown ?? written);
        values.push(value);
        text += value + (fixedParts[index + 1] ?? '');
      }
      return { text, values };
    },
  };
}
