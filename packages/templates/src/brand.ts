import { parseRecipient, readWebUrl } from '@postern/core';
import { colord, extend } from 'colord';
import a11yPlugin from 'colord/plugins/a11y';
import * as z from 'zod';

extend([a11yPlugin]);

/** WCAG 2.2, success criterion 1.4.3 (AA). */
const LEAST_CONTRAST = 4.5;

const BRACES = 'contains a brace, which marks a variable in templates: remove it';

/** Bidi controls, zero-width spaces, and lone surrogates. Joiners, direction marks, and flag tags are allowed. */
const HIDDEN = /[\u202a-\u202e\u2060-\u206f\u200b\ufeff\u2028\u2029\p{Cs}]/u;

const line = (longest: number) =>
  z
    .string('must be a string')
    .trim()
    .min(1, 'must not be empty')
    .max(longest, `must have ${longest} characters or fewer`)
    .refine((text) => !/[{}]/.test(text), BRACES)
    .refine((text) => !/\p{Cc}/u.test(text), 'contains a line break or a control character: remove it')
    .refine(
      (text) => !HIDDEN.test(text),
      'contains an invisible character, such as a bidi control or a zero-width space: remove it',
    );

const isHttps = (text: string) => readWebUrl(text)?.protocol === 'https:';

/** One address, optionally with fields such as a subject (RFC 6068). */
function isMailto(text: string): boolean {
  const address = /^mailto:(?<address>[^?#\s\\]+)(?:\?[^\p{C}\\]*)?$/iu.exec(text)?.groups?.address;
  if (address === undefined || !URL.canParse(text)) return false;
  try {
    parseRecipient(decodeURIComponent(address));
    return true;
  } catch {
    return false;
  }
}

const url = (isAllowed: (text: string) => boolean, rule: string) =>
  z
    .string('must be a string')
    .refine(isAllowed, rule)
    // The URL parser does not escape braces in the query.
    .transform((text) => new URL(text).href.replaceAll('{', '%7B').replaceAll('}', '%7D'));

/** `Inter, Arial` → `Inter,Arial`. In an attribute, quotation marks are single. */
const fontSchema = z
  .string('must be a string')
  .max(200, 'must have 200 characters or fewer')
  .regex(
    /^ *[a-z][\w -]*(?:, *[a-z][\w -]*)*$/i,
    'must be a list of font families without quotation marks, such as "Inter, Arial, sans-serif"',
  )
  .transform((text) =>
    text
      .split(',')
      .map((name) => name.trim())
      .map((name) => (name.includes(' ') ? `'${name}'` : name))
      .join(','),
  )
  .default("-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif");

/** A host name, or an international one in its ASCII form, because the line `@domain #code` consists of ASCII. */
const domainSchema = z
  .string('must be a string')
  .transform((text) => readWebUrl(`https://${text}`))
  .refine(
    (url) =>
      url !== undefined &&
      url.pathname === '/' &&
      url.host === url.hostname &&
      !url.search &&
      !url.hash &&
      /^[a-z\d-]+(?:\.[a-z\d-]+)+$/.test(url.host),
    'must be a domain, such as "acme.example"',
  )
  .transform((url) => url?.host ?? '');

const color = z
  .string('must be a string')
  .regex(/^#(?:[\da-f]{3}|[\da-f]{6})$/i, 'must be a color such as "#1f4fd8"')
  .transform((text) => colord(text).toHex())
  .optional();

const paletteSchema = z.strictObject({
  /** The background of the page and the code. */
  page: color,
  /** The background of the text. */
  card: color,
  text: color,
  /** Small print, on the card and the page. */
  muted: color,
  /** The button. */
  accent: color,
  /** The text of the button. @default black or white, whichever is easier to read */
  onAccent: color,
});

/** The colors of one mode, each `#rrggbb`. */
export type Palette = Record<keyof z.output<typeof paletteSchema>, string>;

const LIGHT = { page: '#f3f4f6', card: '#ffffff', text: '#15181e', muted: '#555d69', accent: '#1f4fd8' };
const DARK = { page: '#111317', card: '#1c1f25', text: '#f2f4f7', muted: '#a7afba', accent: '#1f4fd8' };

const readableOn = (background: string): string =>
  colord(background).contrast('#000000') > colord(background).contrast('#ffffff') ? '#000000' : '#ffffff';

/** Foreground and background colors that appear together. */
const PAIRS = [
  ['text', 'card'],
  ['text', 'page'],
  ['muted', 'card'],
  ['muted', 'page'],
  ['onAccent', 'accent'],
] as const satisfies [keyof Palette, keyof Palette][];

const withDefaults = (set: z.output<typeof paletteSchema>, defaults: Omit<Palette, 'onAccent'>): Palette => {
  const chosen = Object.fromEntries(Object.entries(set).filter(([, value]) => value !== undefined));
  const palette = { ...defaults, ...chosen };
  return { ...palette, onAccent: set.onAccent ?? readableOn(palette.accent) };
};

const colorsSchema = z
  .strictObject({ light: paletteSchema.prefault({}), dark: paletteSchema.prefault({}) })
  .transform(({ light, dark }) => ({
    light: withDefaults(light, LIGHT),
    dark: withDefaults(dark, { ...DARK, accent: light.accent ?? DARK.accent }),
  }))
  .superRefine((modes, context) => {
    for (const mode of ['light', 'dark'] as const) {
      for (const [front, back] of PAIRS) {
        const palette = modes[mode];
        const contrast = colord(palette[front]).contrast(palette[back]);
        if (contrast >= LEAST_CONTRAST) continue;
        context.addIssue({
          code: 'custom',
          path: [mode, front],
          message: `${front} ${palette[front]} on ${back} ${palette[back]} has a contrast of ${contrast}: it must be ${LEAST_CONTRAST} or more (WCAG AA)`,
          params: {
            code: 'contrast_low',
            hint: `Make ${front} ${colord(palette[back]).isDark() ? 'lighter' : 'darker'}, or choose another ${back}.`,
          },
        });
      }
    }
  });

/** The brand of the emails. */
export const brandSchema = z
  .strictObject(
    {
      /** Shown in subjects and sentences, and instead of the logo if images are off. */
      name: line(60),
      /** Shown 32 pixels high. `https` only, because mail clients block other URLs. */
      logoUrl: url(isHttps, 'must be an https URL').optional(),
      /** The logo for dark mode. Mail clients without support for dark mode show `logoUrl`. */
      darkLogoUrl: url(isHttps, 'must be an https URL').optional(),
      colors: colorsSchema.prefault({}),
      buttonShape: z.enum(['square', 'rounded', 'pill']).default('rounded'),
      /** Font families, the first choice first. Fonts that are not installed on the device are not loaded. */
      font: fontSchema,
      /**
       * The domain of the site that accepts the codes. The plain text of emails with a code then ends with
       * `@acme.example #482913`, the format of origin-bound one-time codes.
       *
       * @see https://wicg.github.io/sms-one-time-codes/
       */
      domain: domainSchema.optional(),
      /** A postal address for the footer, on one line. */
      address: line(200).optional(),
      supportUrl: url((text) => isHttps(text) || isMailto(text), 'must be an https or mailto URL').optional(),
    },
    {
      error: ({ code }) =>
        code === 'invalid_type' ? 'must be an object with a name, such as { name: "Acme" }' : undefined,
    },
  )
  .refine(({ logoUrl, darkLogoUrl }) => darkLogoUrl === undefined || logoUrl !== undefined, {
    path: ['darkLogoUrl'],
    message: 'requires logoUrl, the logo for light mode',
  });

/** The options for the brand. Only the name is required. */
export type BrandInput = z.input<typeof brandSchema>;
export type Brand = z.output<typeof brandSchema>;
