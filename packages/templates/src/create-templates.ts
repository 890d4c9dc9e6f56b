import { readOptions, type Template } from '@postern/core';
import { z } from 'zod';
import { type BrandInput, brandSchema } from './brand.js';
import { composeTemplate, type ValidMinutes } from './compose-template.js';
import { type CopyOverride, copyOverrideSchema, overrideCopy, USAGE_TYPES } from './copy/copy-schema.js';
import { COPY, LOCALES, type Locale } from './copy/locales.js';
import { addFallbacks } from './fallbacks.js';

const locale = z.enum(LOCALES, {
  error: ({ input }) =>
    `there is no copy for ${JSON.stringify(input) ?? String(input)}: choose from ${LOCALES.join(', ')}`,
});

const minutes = z
  .int()
  .min(1)
  .max(366 * 1440, 'must be 366 days or less');

const optionsSchema = z
  .strictObject({
    brand: brandSchema,
    locales: z
      .array(locale)
      .min(1, 'is empty: name a language, or leave it out')
      .default([...LOCALES]),
    defaultLocale: locale.optional(),
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
    overrides: z.partialRecord(locale, copyOverrideSchema).default({}),
  })
  .transform(({ defaultLocale, ...options }) => ({
    ...options,
    defaultLocale: defaultLocale ?? (options.locales.includes('en') ? 'en' : (options.locales[0] ?? 'en')),
  }))
  .refine(({ locales, defaultLocale }) => locales.includes(defaultLocale), {
    path: ['defaultLocale'],
    message: 'must be one of locales',
  });

export interface TemplatesOptions {
  /** Whose emails these are. */
  brand: BrandInput;
  /** @default all of `LOCALES` */
  locales?: readonly Locale[] | undefined;
  /** For readers whose language is none of `locales`. @default `en`, or else the first of `locales` */
  defaultLocale?: Locale | undefined;
  /**
   * How long the email says that it is good where the request has no `expiresAt`, in minutes. `code` is for all types that
   * carry codes, `invitation` for invitations; a usage type wins over both: `{ code: 10, ForgotPassword: 60 }`.
   * @default 10 for codes; invitations say nothing
   */
  validMinutes?: { [Key in keyof ValidMinutes]?: number | undefined } | undefined;
  /** Sentences of your own, by language. */
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
  const { brand, locales, defaultLocale, validMinutes, overrides } = readOptions(
    optionsSchema,
    options,
    'createTemplates',
  );
  const templates = [...new Set(locales)].flatMap((locale) => {
    const copy = overrideCopy(COPY[locale], overrides[locale] ?? {});
    return USAGE_TYPES.map((type) => composeTemplate({ type, locale, copy, brand, validMinutes }));
  });
  return addFallbacks(templates, defaultLocale);
}
