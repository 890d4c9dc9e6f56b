import { readOptions, type Template } from '@postern/core';
import * as z from 'zod';
import { type BrandInput, brandSchema } from './brand.js';
import { composeTemplate } from './compose-template.js';
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
import type { Validity } from './layout-values.js';

const readyMade = z.enum(LOCALES, {
  error: ({ input }) =>
    `there is no copy for ${JSON.stringify(input) ?? String(input)}: use one of ${LOCALES.join(', ')}`,
});

const ownCopy = z.record(z.string(), copySchema).superRefine((copy, context) => {
  for (const tag of Object.keys(copy).filter((tag) => !isLanguageTag(tag))) {
    const message = 'is not a language tag (BCP 47), such as "fa" or "en-GB"';
    context.addIssue({ code: 'custom', path: [tag], message });
  }
});

const MINUTE_MS = 60_000;

const duration = z
  .int()
  .min(MINUTE_MS)
  .max(366 * 1440 * MINUTE_MS, 'must be 366 days or less');

const optionsSchema = z
  .strictObject({
    brand: brandSchema,
    copy: ownCopy.default({}),
    locales: z.array(z.string()).min(1, 'must not be empty: add a language, or omit the option').optional(),
    defaultLocale: z.string().optional(),
    validForMs: z
      .strictObject({
        code: duration.default(10 * MINUTE_MS),
        invitation: duration.optional(),
        ...(Object.fromEntries(USAGE_TYPES.map((type) => [type, duration.optional()])) as Record<
          (typeof USAGE_TYPES)[number],
          z.ZodOptional<typeof duration>
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
      const message = `there is no copy for ${JSON.stringify(locale)}: use one of ${LOCALES.join(', ')}, or pass the language as copy[${JSON.stringify(locale)}]`;
      context.addIssue({ code: 'custom', path: ['locales', index], message });
    }
    if (!locales.includes(defaultLocale))
      context.addIssue({ code: 'custom', path: ['defaultLocale'], message: 'must be one of locales' });
  });

/** A language with ready-made copy, or one that `copy` adds. */
type AnyLocale = Locale | (string & {});

export interface TemplatesOptions {
  /** The brand of the emails. */
  brand: BrandInput;
  /** The languages of the templates. @default all of `LOCALES`, and those of `copy` */
  locales?: readonly AnyLocale[] | undefined;
  /** The language for readers of all other languages. @default `en`, or else the first of `locales` */
  defaultLocale?: AnyLocale | undefined;
  /**
   * The validity that emails show if the request has no `expiresAt`, in milliseconds, rounded down to minutes. `code`
   * applies to all types that carry codes, `invitation` to invitations. A usage type overrides both:
   * `{ code: 600_000, ForgotPassword: 3_600_000 }`.
   * @default 600,000 (10 minutes) for codes; invitations show no validity
   */
  validForMs?: { [Key in keyof Validity]?: number | undefined } | undefined;
  /**
   * Additional languages, by BCP 47 tag, with every sentence of the emails. Start from `COPY.en`. The copy of a ready-made
   * language replaces it.
   */
  copy?: Readonly<Record<string, Copy>> | undefined;
  /** Custom sentences for a ready-made language. All others stay the same. */
  overrides?: Partial<Record<Locale, CopyOverride>> | undefined;
}

/**
 * Creates the `templates` of a config: one for each usage type and language, with your branding. It also adds templates
 * for all other languages, and for each tag that a lookup would miss (`zh` for `zh-CN`).
 *
 * It does all work that is the same for every email, including inlined CSS. Call it once, at startup.
 *
 * @throws {ConfigError} with every problem of the options, such as a color without contrast or a logo without https
 *
 * @example
 * ```ts
 * const config = parseConnectorConfig({ ...server, templates: createTemplates({ brand: { name: 'Acme' } }) });
 * ```
 */
export function createTemplates(options: TemplatesOptions): Template[] {
  const { brand, known, locales, defaultLocale, validForMs, overrides } = readOptions(
    optionsSchema,
    options,
    'createTemplates',
  );
  const own: Readonly<Record<string, CopyOverride>> = overrides;
  const templates = locales.flatMap((locale) => {
    const copy = overrideCopy(known[locale] ?? COPY.en, own[locale] ?? {});
    return USAGE_TYPES.map((type) => composeTemplate({ type, locale, copy, brand, validForMs }));
  });
  return addFallbacks(templates, defaultLocale);
}
