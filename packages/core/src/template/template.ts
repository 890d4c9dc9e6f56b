import * as z from 'zod';
import { quote } from '../quote.js';
import { optionalLocale, optionalText, requiredText } from '../text-schema.js';

const CONTENT_TYPES = ['text/plain', 'text/html'] as const;

/** What an email's content is written in. */
export type ContentType = (typeof CONTENT_TYPES)[number];

/** One email text for one usage type, in one language or for all. */
export interface Template {
  /**
   * The emails that it is for: a usage type of Logto, or your own.
   * @example "Register"
   * @example "SignIn"
   * @example "ForgotPassword"
   * @example "Generic"
   * @example "OrganizationInvitation"
   * @example "MfaVerification"
   */
  usageType: string;
  /** The format of the content. In text/html every value is escaped. */
  contentType: ContentType;
  /** The subject line; may use variables. */
  subject: string;
  /** The body, with {{code}} where the code goes. */
  content: string;
  /**
   * The language it is written in (BCP 47). Without it, the template is for every language.
   * @example "en"
   * @example "pt-BR"
   */
  locale?: string | undefined;
  /** The plain-text alternative of an html email. @default derived from the content */
  text?: string | undefined;
  /** Replaces the config's `replyTo`; may use variables. */
  replyTo?: string | undefined;
  /**
   * Replaces the config's `fromEmail`; may use variables.
   * @example "{{application.name}} <notice@example.com>"
   */
  sendFrom?: string | undefined;
}

/** A template from elsewhere (a database, Logto's i18n look-up) that wins over the config's. */
export interface TemplateOverride extends Omit<Template, 'usageType' | 'contentType'> {
  /** @default 'text/html' */
  contentType?: ContentType | undefined;
}

const contentType = z.enum(CONTENT_TYPES, {
  error: ({ input }) =>
    input === undefined
      ? 'contentType is missing: write "text/plain" or "text/html"'
      : `contentType has to be "text/plain" or "text/html", not ${quote(input)}`,
});

/** Checks one template of a config; what its texts mean, `inspectConnectorConfig` and `inspectTemplate` say. */
export const templateSchema = z.object(
  {
    usageType: requiredText('usageType', 'the kind of email it is for, such as "SignIn"').min(
      1,
      'usageType is empty: write the kind of email it is for, such as "SignIn"',
    ),
    contentType,
    subject: requiredText('subject', 'the subject line of the email'),
    content: requiredText('content', 'the body of the email, with {{code}} where the code goes'),
    locale: optionalLocale('locale'),
    text: optionalText('text'),
    replyTo: optionalText('replyTo'),
    sendFrom: optionalText('sendFrom'),
  },
  'a template has to be an object with usageType, contentType, subject and content',
);

export const templateOverrideSchema = templateSchema
  .omit({ usageType: true })
  .extend({ contentType: contentType.default('text/html') });
