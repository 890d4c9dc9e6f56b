import * as z from 'zod';

/** A text that must be there. The messages name it, and say what to write. */
export const requiredText = (name: string, what: string) =>
  z.string({
    error: ({ input }) => `${name} ${input === undefined ? 'is missing' : 'has to be text'}: write ${what}`,
  });

/** A text that may be left out. */
export const optionalText = (name: string, what?: string) =>
  z.string(`${name} has to be text${what === undefined ? '' : `: write ${what}`}`).optional();
