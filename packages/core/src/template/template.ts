import * as z from 'zod';
import { quote } from '../quote.js';
import { optionalLocale, optionalText, requiredText } from '../text-schema.js';

const CONTENT_TYPES = ['text/plain', 'text/html'] as const;

/** The format of an email's content. */
export type ContentType = (typeof CONTENT_TYPES)[number];

/** The text of an email for one usage type, in one language or for all languages. */
export interface Template {
  /**
   * The kind of email: a usage type of Postern, or your own.
   * @example "Register"
   * @example "SignIn"
   * @example "ForgotPassword"
   * @example "Generic"
   * @example "OrganizationInvitation"
   * @example "MfaVerification"
   * @example "PasswordChanged"
   * @example "NewSignIn"
   */
  usageType: string;
  /** The format of the content. In text/html, every value is escaped. */
  contentType: ContentType;
  /** The subject line. It may contain variables. */
  subject: string;
  /** The body, with {{code}} in place of the code. */
  content: string;
  /**
   * The language of the template (BCP 47). Without it, the template is for all languages.
   * @example "en"
   * @example "pt-BR"
   */
  locale?: string | undefined;
  /** The plain-text alternative of an HTML email. @default derived from the content */
  text?: string | undefined;
  /** Overrides `replyTo` of the config. It may contain variables. */
  replyTo?: string | undefined;
  /**
   * Overrides `fromEmail` of the config. It may contain variables.
   * @example "{{application.name}} <notice@example.com>"
   */
  sendFrom?: string | undefined;
}

/** A template from another source, such as a database or Logto's i18n lookup. It overrides those of the config. */
export interface TemplateOverride extends Omit<Template, 'usageType' | 'contentType'> {
  /** @default 'text/html' */
  contentType?: ContentType | undefined;
}

const contentType = z.enum(CONTENT_TYPES, {
  error: ({ input }) =>
    input === undefined
      ? 'contentType is required: set it to "text/plain" or "text/html"'
      : `contentType must be "text/plain" or "text/html", not ${quote(input)}`,
});

/** Checks the fields of a template. `inspectConnectorConfig` and `inspectTemplate` also check the template syntax. */
export const templateSchema = z.object(
  {
    usageType: requiredText('usageType', 'the kind of email, such as "SignIn"').min(
      1,
      'usageType is empty: set it to the kind of email, such as "SignIn"',
    ),
    contentType,
    subject: requiredText('subject', 'the subject line of the email'),
    content: requiredText('content', 'the body of the email, with {{code}} in place of the code'),
    locale: optionalLocale('locale'),
    text: optionalText('text'),
    replyTo: optionalText('replyTo'),
    sendFrom: optionalText('sendFrom'),
  },
  'a template must be an object with usageType, contentType, subject, and content',
);

export const templateOverrideSchema = templateSchema
  .omit({ usageType: true })
  .extend({ contentType: contentType.default('text/html') });
