import { message } from '@optique/core/message';
import { optional } from '@optique/core/modifiers';
import { option } from '@optique/core/primitives';
import { string } from '@optique/core/valueparser';
import type { PayloadValue } from '@postern/core';
import { CommandError } from './command-error.js';

/** What emails show in place of the sample. */
export const payloadOption = optional(
  option('--payload', string({ metavar: 'JSON' }), {
    description: message`Values in place of the sample's, such as '{"code":"123456"}'.`,
  }),
);

/** @throws {CommandError} `payload_invalid`; what is in it is for core to judge */
export function readPayload(json: string | undefined): Record<string, PayloadValue> {
  if (json === undefined) return {};
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, PayloadValue>; // JSON holds nothing else
    }
  } catch {
    // Its message quotes the text, which may hold a code.
  }
  throw new CommandError('payload_invalid', '--payload has to be a JSON object.', {
    hint: `Quote it for the shell: --payload '{"code":"123456"}'`,
  });
}
