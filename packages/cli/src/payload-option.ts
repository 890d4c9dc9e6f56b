import { message } from '@optique/core/message';
import { optional } from '@optique/core/modifiers';
import { option } from '@optique/core/primitives';
import { string } from '@optique/core/valueparser';
import type { PayloadValue } from '@postern/core';
import { CommandError } from './command-error.js';

/** Values that replace those of the sample. */
export const payloadOption = optional(
  option('--payload', string({ metavar: 'JSON' }), {
    description: message`Values that replace the sample values, such as '{"code":"123456"}'.`,
  }),
);

/** @throws {CommandError} `payload_invalid` if it is not a JSON object; core checks its values */
export function readPayload(json: string | undefined): Record<string, PayloadValue> {
  if (json === undefined) return {};
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, PayloadValue>; // JSON cannot contain other values
    }
  } catch {
    // Its message quotes the text, which may contain a code.
  }
  throw new CommandError('payload_invalid', '--payload must be a JSON object.', {
    hint: `Quote it for the shell: --payload '{"code":"123456"}'`,
  });
}
