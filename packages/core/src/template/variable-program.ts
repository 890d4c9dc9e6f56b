import type { PayloadValue } from '../payload.js';
import { formatOf, type ProgramOptions, type TemplateProgram } from './template-program.js';
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
  options: ProgramOptions,
): TemplateProgram {
  const { missingVariable } = options;
  const format = formatOf(options);
  const named = variables.map(({ written, parts }) => ({ written, parts, path: parts.join('.') }));
  return {
    fixedParts: Object.freeze(fixedParts),
    render(payload, problems) {
      const values = named.map(({ written, parts, path }) => {
        const isUnknown = !Object.hasOwn(payload, parts[0] ?? '');
        const shown = showValue(find(payload, parts), path, isUnknown, missingVariable, problems);
        if (shown === undefined) return written;
        return format(shown, path);
      });
      const text = fixedParts.reduce((start, part, index) => `${start}${values[index - 1] ?? ''}${part}`);
      return { text, values };
    },
  };
}
