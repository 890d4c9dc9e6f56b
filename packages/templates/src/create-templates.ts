import { readOptions, type Template } from '@postern/core';
import { z } from 'zod';
import { type BrandInput, brandSchema } from './brand.js';
import { composeTemplate, type ValidMinutes } from './compose-template.js';
import {
  type Copy,
  type CopyOverride,
  copyOverrideSchema,
  copySchema,
  overrideCopy,
  USAGE_TYPES,
} from './copy/copy-schema.js';
import { COPY, isLanguageTag, LOCALES, type Locale } from './copy/locales.js';
import { addFallbacks } from './fallbacks.js';

const readyMade = z.enum(LOCALES, {
  error: ({ input }) =>
    `there is no copy for ${JSON.stringify(input) ?? String(input)}: choose from ${LOCALES.join(', ')}`,
});

const ownCopy = z.record(z.string(), copySchema).superRefine((copy, context) => {
  for (const tag of Object.keys(copy).filter((tag) => !isLanguageTag(tag))) {
    const message = 'is not a language tag (BCP 47), such as "fa" or "en-GB"';
    context.addIssue({ code: 'custom', path: [tag], message });
  }
});

const minutes = z
  .int()
  .min(1)
  .max(366 * 1440, 'must be 366 days or less');

const optionsSchema = z
  .strictObject({
    brand: brandSchema,
    copy: ownCopy.default({}),
    locales: z.array(z.string()).min(1, 'is empty: name a language, or leave it out').optional(),
    defaultLocale: z.string().optional(),
    validMinutes: z
      .strictObject({
        code: minutes.default(10),
        invitation: minutes.optional(),
        ...(Object.fromEntries(USAGE_TYPES.map((type) => [type, minutes.optional()])) as Record<
          (typeof USAGE_TYPES)[number],
          z.ZodOptional<typeof minutes>
        >), // the keys of the list
      })
      .prefault({}),
    overrides: z.partialRecord(readyMade, copyOverrideSchema).default({}),
  })
  .transform(({ copy, locales, defaultLocale, ...options }) => {
    const known: Readonly<Record<string, Copy>> = { ...COPY, ...copy };
    const chosen = [...new Set(locales ?? Object.keys(known))];
    return {
      ...options,
      known,
      locales: chosen,
      defaultLocale: defaultLocale ?? (chosen.includes('en') ? 'en' : (chosen[0] ?? 'en')),
    };
  })
  .superRefine(({ known, locales, defaultLocale }, context) => {
    for (const [index, locale] of locales.entries()) {
      if (Object.hasOwn(known, locale)) continue;
      const message = `there is no copy for ${JSON.stringify(locale)}: choose from ${LOCALES.join(', ')}, or write the language as copy[${JSON.stringify(locale)}]`;
      context.addIssue({ code: 'custom', path: ['locales', index], message });
    }
    if (!locales.includes(defaultLocale))
      context.addIssue({ code: 'custom', path: ['defaultLocale'], message: 'must be one of locales' });
  });

/** A language with ready-made copy, or one that `copy` adds. */
type AnyLocale = Locale | (string & {});

export interface TemplatesOptions {
  /** Whose emails these are. */
  brand: BrandInput;
  /** The languages to make templates for. @default all of `LOCALES`, and those of `copy` */
  locales?: readonly AnyLocale[] | undefined;
  /** For readers whose language is none of `locales`. @default `en`, or else the first of `locales` */
  defaultLocale?: AnyLocale | undefined;
  /**
   * How long the email says that it is good where the request has no `expiresAt`, in minutes. `code` is for all types that
   * carry codes, `invitation` for invitations; a usage type wins over both: `{ code: 10, ForgotPassword: 60 }`.
   * @default 10 for codes; invitations say nothing
   */
  validMinutes?: { [Key in keyof ValidMinutes]?: number | undefined } | undefined;
  /**
   * Further languages, by BCP 47 tag: every sentence of the emails. Start from `COPY.en`. The copy of a language that is
   * ready-made takes its place.
   */
  copy?: Readonly<Record<string, Copy>> | undefined;
  /** Your own sentences for a ready-made language. All others stay as they are. */
  overrides?: Partial<Record<Locale, CopyOverride>> | undefined;
}

/**
 * Makes the `templates` of a config: one for each usage type and language, in your brand. Beside the languages
 * themselves there is one for everybody else, and one for each tag that a look-up would miss (`zh` for `zh-CN`).
 *
 * Everything that does not change from email to email is done here, inlined CSS and all. Do it once, at the start.
 *
 * @throws {ConfigError} with every problem of the options: a colour without contrast, a logo without https, …
 *
 * @example
 * ```ts
 * const config = parseConnectorConfig({ ...server, templates: createTemplates({ brand: { name: 'Acme' } }) });
 * ```
 */
export function createTemplates(options: TemplatesOptions): Template[] {
  const { brand, known, locales, defaultLocale, validMinutes, overrides } = readOptions(
    optionsSchema,
    options,
    'createTemplates',
  );
  const own: Readonly<Record<string, CopyOverride>> = overrides;
  const templates = locales.flatMap((locale) => {
    const copy = overrideCopy(known[locale] ?? COPY.en, own[locale] ?? {});
    return USAGE_TYPES.map((type) => composeTemplate({ type, locale, copy, brand, validMinutes }));
  });
  return addFallbacks(templates, defaultLocale);
}
