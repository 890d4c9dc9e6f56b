import * as z from 'zod';
import { normalizeLocale } from './locale.js';
import { quote } from './quote.js';

/** A required string. The messages name it and describe a valid value. */
export const requiredText = (name: string, what: string) =>
  z.string({
    error: ({ input }) =>
      `${name} ${input === undefined ? 'is required' : 'must be a string'}: set it to ${what}`,
  });

/** An optional string. */
export const optionalText = (name: string, what?: string) =>
  z.string(`${name} must be a string${what === undefined ? '' : `: set it to ${what}`}`).optional();

/** Adds a check to a string. `find` returns a problem or `undefined`, and `code` is the code of the issue. */
export const refuseText = (code: string, find: (text: string) => string | undefined) =>
  z.superRefine<string>((text, { issues }) => {
    const message = find(text);
    if (message !== undefined) issues.push({ code: 'custom', params: { code }, message, input: text });
  });

/** An optional language tag, normalized to BCP 47. */
export const optionalLocale = (name: string) =>
  z
    .string(`${name} must be a string, such as "en" or "pt-BR"`)
    .refine((value) => normalizeLocale(value) !== undefined, {
      error: ({ input }) => `${name} must be a language tag such as "en" or "pt-BR", not ${quote(input)}`,
    })
    .overwrite((value) => normalizeLocale(value) ?? value)
    .optional();
