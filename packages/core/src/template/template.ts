import { z } from 'zod';
import { normalizeLocale } from '../locale.js';
import { quote } from '../quote.js';

const CONTENT_TYPES = ['text/plain', 'text/html'] as const;

/** What an email's content is written in. */
export type ContentType = (typeof CONTENT_TYPES)[number];

const optionalText = (name: string) => z.string(`${name} has to be text`).optional();

const required = (name: string, what: string) =>
  z.string({
    error: ({ input }) =>
      input === undefined ? `${name} is missing: write ${what}` : `${name} has to be text: write ${what}`,
  });

/** One email text for one usage type, in one language or for all. */
export const templateSchema = z.object(
  {
    /** Which emails it is for: `Register`, `SignIn`, `ForgotPassword`, `Generic`, … or a type of your own. */
    usageType: required('usageType', 'the kind of email it is for, such as "SignIn"').min(
      1,
      'usageType is empty: write the kind of email it is for, such as "SignIn"',
    ),
    contentType: z.enum(CONTENT_TYPES, {
      error: ({ input }) =>
        input === undefined
          ? 'contentType is missing: write "text/plain" or "text/html"'
          : `contentType has to be "text/plain" or "text/html", not ${quote(input)}`,
    }),
    subject: required('subject', 'the subject line of the email'),
    /** Handlebars; with `text/html` every value is escaped. */
    content: required('content', 'the body of the email, with {{code}} where the code goes'),
    /** The language it is written in (BCP 47). Without it, the template is for every language. */
    locale: z
      .string('locale has to be text, such as "en" or "pt-BR"')
      .refine((value) => normalizeLocale(value) !== undefined, {
        error: ({ input }) => `locale has to be a language tag such as "en" or "pt-BR", not ${quote(input)}`,
      })
      .overwrite((value) => normalizeLocale(value) ?? value)
      .optional(),
    /** The plain-text alternative of an html email. @default derived from the content */
    text: optionalText('text'),
    /** Replaces the config's `replyTo`; may use variables. */
    replyTo: optionalText('replyTo'),
    /** Replaces the config's `fromEmail`; may use variables: `{{application.name}} <notice@example.com>`. */
    sendFrom: optionalText('sendFrom'),
  },
  'a template has to be an object with usageType, contentType, subject and content',
);

/** A template of the config, checked. */
export type Template = z.output<typeof templateSchema>;

/** A template from elsewhere (a database, Logto's i18n look-up) that wins over the config's. */
export const templateOverrideSchema = templateSchema
  .omit({ usageType: true })
  .extend({ contentType: z.enum(CONTENT_TYPES).default('text/html') });

export type TemplateOverride = z.input<typeof templateOverrideSchema>;
