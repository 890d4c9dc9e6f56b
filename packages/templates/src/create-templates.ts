import { isNotice, readOptions, type Template } from '@postern/core';
import * as z from 'zod';
import { type BrandInput, brandSchema } from './brand.js';
import { composeTemplate } from './compose-template.js';
import {
  type Copy,
  type CopyOverride,
  copyOverrideSchema,
  copySchema,
  overrideCopy,
  type TemplateType,
  USAGE_TYPES,
} from './copy/copy-schema.js';
import { isLanguageTag } from './copy/language-tag.js';
import type { Locale } from './copy/locales.js';
import { addFallbacks } from './fallbacks.js';
import type { ExpiringType, Validity } from './layout-values.js';

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

/** The usage types whose emails show a validity. */
const EXPIRING_TYPES = USAGE_TYPES.filter((type) => !isNotice(type));

const optionsSchema = z.strictObject({
  brand: brandSchema,
  copy: ownCopy.default({}),
  types: z
    .array(z.enum(USAGE_TYPES))
    .min(1, 'must not be empty: add a usage type, or omit the option')
    .default([...USAGE_TYPES]),
  locales: z.array(z.string()).min(1, 'must not be empty: add a language, or omit the option').optional(),
  defaultLocale: z.string().optional(),
  validForMs: z
    .strictObject({
      code: duration.default(10 * MINUTE_MS),
      invitation: duration.optional(),
      ...(Object.fromEntries(EXPIRING_TYPES.map((type) => [type, duration.optional()])) as Record<
        ExpiringType,
        z.ZodOptional<typeof duration>
      >), // the keys of the list
    })
    .prefault({}),
  showRecipient: z.boolean().default(true),
  overrides: z.record(z.string(), copyOverrideSchema).default({}),
});

/** The options of `createTemplates`, checked against the languages that exist. */
const optionsFor = (readyMade: Readonly<Record<string, Copy>>) =>
  optionsSchema
    .transform(({ copy, locales, defaultLocale, ...options }) => {
      const known: Readonly<Record<string, Copy>> = { ...readyMade, ...copy };
      const chosen = [...new Set(locales ?? Object.keys(known))];
      return {
        ...options,
        known,
        locales: chosen,
        defaultLocale: defaultLocale ?? (chosen.includes('en') ? 'en' : (chosen[0] ?? 'en')),
      };
    })
    .superRefine(({ known, locales, defaultLocale, overrides }, context) => {
      const tags = Object.keys(known);
      if (tags.length === 0) {
        context.addIssue({ code: 'custom', path: ['copy'], message: 'must have at least one language' });
        return;
      }
      const check = (path: (string | number)[], locale: string) => {
        if (Object.hasOwn(known, locale)) return;
        const message = `there is no copy for ${JSON.stringify(locale)}: use one of ${tags.join(', ')}, or pass the language as copy[${JSON.stringify(locale)}]`;
        context.addIssue({ code: 'custom', path, message });
      };
      for (const [index, locale] of locales.entries()) check(['locales', index], locale);
      for (const locale of Object.keys(overrides)) check(['overrides', locale], locale);
      if (!locales.includes(defaultLocale))
        context.addIssue({ code: 'custom', path: ['defaultLocale'], message: 'must be one of locales' });
    });

/** A language with ready-made copy, or one that `copy` adds. */
type AnyLocale = Locale | (string & {});

export interface TemplatesOptions {
  /** The brand of the emails. */
  brand: BrandInput;
  /** The usage types of the templates. @default all of `USAGE_TYPES` */
  types?: readonly TemplateType[] | undefined;
  /** The languages of the templates. @default all of `LOCALES`, and those of `copy` */
  locales?: readonly AnyLocale[] | undefined;
  /** The language for readers of all other languages. @default `en`, or else the first of `locales` */
  defaultLocale?: AnyLocale | undefined;
  /**
   * The validity that emails show if the request has no `expiresAt`, in milliseconds, rounded down to minutes. `code`
   * applies to all types that carry codes, `invitation` to invitations. A usage type overrides both, and notices have none:
   * `{ code: 600_000, ForgotPassword: 3_600_000 }`.
   * @default 600,000 (10 minutes) for codes; invitations show no validity
   */
  validForMs?: { [Key in keyof Validity]?: number | undefined } | undefined;
  /**
   * Additional languages, by BCP 47 tag, with every sentence of the emails. Start from `COPY.en`. The copy of a ready-made
   * language replaces it.
   */
  copy?: Readonly<Record<string, Copy>> | undefined;
  /**
   * Whether emails show the address that they are sent to. Set it to `false` if some addresses forward emails to a list of
   * people.
   * @default true
   */
  showRecipient?: boolean | undefined;
  /** Custom wording for a ready-made language. All others stay the same. */
  overrides?: Partial<Record<Locale, CopyOverride>> | undefined;
}

/** Creates templates in the languages of `readyMade` and of the `copy` option. */
export function createTemplatesFrom(
  readyMade: Readonly<Record<string, Copy>>,
  options: Omit<TemplatesOptions, 'overrides'> & {
    overrides?: Readonly<Partial<Record<string, CopyOverride>>> | undefined;
  },
): Template[] {
  const { brand, types, known, locales, defaultLocale, validForMs, showRecipient, overrides } = readOptions(
    optionsFor(readyMade),
    options,
    'createTemplates',
  );
  const templates = locales.flatMap((locale) => {
    const ownCopy = known[locale];
    if (ownCopy === undefined) return []; // The schema refuses this.
    const copy = overrideCopy(ownCopy, overrides[locale] ?? {});
    return [...new Set(types)].map((type) =>
      composeTemplate({ type, locale, copy, brand, validForMs, showRecipient }),
    );
  });
  return addFallbacks(templates, defaultLocale);
}
