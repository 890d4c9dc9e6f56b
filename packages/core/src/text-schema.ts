import * as z from 'zod';
import { normalizeLocale } from './locale.js';
import { quote } from './quote.js';

/** A text that must be there. The messages name it, and say what to write. */
export const requiredText = (name: string, what: string) =>
  z.string({
    error: ({ input }) => `${name} ${input === undefined ? 'is missing' : 'has to be text'}: write ${what}`,
  });

/** A text that may be left out. */
export const optionalText = (name: string, what?: string) =>
  z.string(`${name} has to be text${what === undefined ? '' : `: write ${what}`}`).optional();

/** A further check of a text: `find` says what is wrong with it, or `undefined`. The code is that of the issue. */
export const refuseText = (code: string, find: (text: string) => string | undefined) =>
  z.superRefine<string>((text, { issues }) => {
    const message = find(text);
    if (message !== undefined) issues.push({ code: 'custom', params: { code }, message, input: text });
  });

/** A language tag, which becomes a BCP 47 tag. */
export const optionalLocale = (name: string) =>
  z
    .string(`${name} must be a string, such as "en" or "pt-BR"`)
    .refine((value) => normalizeLocale(value) !== undefined, {
      error: ({ input }) => `${name} must be a language tag such as "en" or "pt-BR", not ${quote(input)}`,
    })
    .overwrite((value) => normalizeLocale(value) ?? value)
    .optional();
