import { CODE_USAGE_TYPES, NOTICE_USAGE_TYPES, type UsageType } from '@postern/core';
import * as z from 'zod';

/** All usage types that have templates. */
export const USAGE_TYPES = [
  ...CODE_USAGE_TYPES,
  'OrganizationInvitation',
  ...NOTICE_USAGE_TYPES,
] as const satisfies readonly UsageType[];

export type TemplateType = (typeof USAGE_TYPES)[number];

/** A usage type with a code or a link. All of them have the same keys of copy. */
export type CodeType = (typeof CODE_USAGE_TYPES)[number];

const PLACEHOLDER = /\{(?<name>[^{}]*)\}/g;

/** The placeholders of a sentence: `Sign in to {app}` → `app`. */
const placeholdersOf = (sentence: string): string[] =>
  [...sentence.matchAll(PLACEHOLDER)].map(({ groups }) => groups?.name ?? '');

/** Replaces the placeholders with values. */
export const fillIn = (sentence: string, values: Readonly<Record<string, string>>): string =>
  sentence.replace(PLACEHOLDER, (_, name: string) => values[name] ?? '');

/** One sentence. The placeholders in `all` are required, and those in `some` are optional. */
const sentence = ({ all = [], some = [] }: { all?: string[]; some?: string[] } = {}) =>
  z
    .string('must be a string')
    .min(1, 'must not be empty')
    .superRefine((text, context) => {
      const found = placeholdersOf(text);
      const rest = text.replace(PLACEHOLDER, '');
      // An extra brace would become part of an adjacent variable.
      if (/[{}]/.test(rest)) context.addIssue('contains a brace that is not part of a placeholder');
      if (/\p{Cc}/u.test(text)) context.addIssue('contains a line break or a control character: remove it');
      for (const name of found.filter((name) => ![...all, ...some].includes(name)))
        context.addIssue(`contains the placeholder {${name}}, which is not available here`);
      for (const name of all.filter((name) => !found.includes(name)))
        context.addIssue(`must contain the placeholder {${name}}`);
    });

const plain = sentence();
const withApp = sentence({ some: ['app'] });

const codeEmailSchema = z.strictObject({
  /** The subject of emails with a code. For emails with only a link, the heading is the subject. */
  subject: withApp,
  heading: withApp,
  /** The reason for the email, in one sentence. */
  intro: withApp,
  /** The label of the button for the link: a verb, at most three words. */
  button: plain,
});

const noticeSchema = z.strictObject({ subject: withApp, heading: withApp, intro: withApp });

/** A notice with its own link. */
const linkNoticeSchema = noticeSchema.extend({
  /** Above the button. */
  openLink: withApp,
  button: plain,
});

/** All sentences in one language. `{app}` is the application name in the payload, or the brand name. */
export const copySchema = z.strictObject({
  Register: codeEmailSchema,
  SignIn: codeEmailSchema,
  ForgotPassword: codeEmailSchema,
  Generic: codeEmailSchema,
  UserPermissionValidation: codeEmailSchema,
  BindNewIdentifier: codeEmailSchema,
  MfaVerification: codeEmailSchema,
  BindMfa: codeEmailSchema,
  ConfirmEmailChange: codeEmailSchema,
  ConfirmAccountDeletion: codeEmailSchema,
  OrganizationInvitation: z.strictObject({
    subject: sentence({ all: ['organization'] }),
    heading: sentence({ all: ['organization'] }),
    intro: sentence({ all: ['organization'], some: ['app'] }),
    /** Replaces the intro if the inviter has a name. */
    introByInviter: sentence({ all: ['inviter', 'organization'], some: ['app'] }),
    button: plain,
  }),
  PasswordChanged: noticeSchema,
  EmailChanged: noticeSchema,
  NewSignIn: noticeSchema,
  MfaEnabled: noticeSchema,
  MfaDisabled: noticeSchema,
  RecoveryMethodChanged: noticeSchema,
  AccountDeletionScheduled: linkNoticeSchema,
  AccountDeleted: noticeSchema,
  InvitationAccepted: z.strictObject({
    subject: sentence({ all: ['organization'] }),
    heading: sentence({ some: ['organization'] }),
    intro: sentence({ all: ['organization'], some: ['app'] }),
    /** Replaces the intro if the new member has a name. */
    introByMember: sentence({ all: ['member', 'organization'], some: ['app'] }),
    openLink: withApp,
    button: plain,
  }),
  AccountExists: linkNoticeSchema,
  /** Above the code. */
  enterCode: plain,
  /** Above the button. */
  openLink: plain,
  /** Above the button, below a code. */
  orOpenLink: plain,
  /** Below the button, above the link as text. */
  linkFallback: plain,
  /** `{duration}` has the form from `Intl`, so the sentence must be correct without inflecting it. */
  valid: sentence({ all: ['duration'] }),
  neverShare: withApp,
  /** For people who did not request the email, if nothing happens, … */
  ignore: withApp,
  /** … if the password stays the same, … */
  ignoreReset: withApp,
  /** … if someone may know the password, … */
  alarm: withApp,
  /** … and if someone was invited by mistake. */
  ignoreInvitation: withApp,
  /** In notices, above the button `secureAccount`. */
  notYou: withApp,
  secureAccount: plain,
  /** In notices without a link, … */
  notYouWithoutLink: withApp,
  /** … and if the account is gone. */
  notYouDeleted: withApp,
  /** Above the details of the request. */
  requestDetails: plain,
  /** The labels of the details. */
  details: z.strictObject({
    device: plain,
    place: plain,
    time: plain,
    ip: plain,
    previousEmail: plain,
    newEmail: plain,
    deletionDate: plain,
    method: plain,
    role: plain,
  }),
  /** A detail in plain text: a label and its value. */
  detail: sentence({ all: ['label', 'value'] }),
  /** The device: `Chrome on Windows`. */
  device: sentence({ all: ['browser', 'system'] }),
  sentTo: sentence({ all: ['recipient'], some: ['app'] }),
  footer: withApp,
  /** The label of the link to the support page. */
  support: plain,
});

export type Copy = z.output<typeof copySchema>;

/** Some of the sentences of a language. */
export type CopyOverride = {
  [Key in keyof Copy]?:
    | (Copy[Key] extends string ? string : { [Name in keyof Copy[Key]]?: string | undefined })
    | undefined;
};

/** Sentences that replace some of the ready-made ones. */
export const copyOverrideSchema = z.strictObject(
  Object.fromEntries(
    Object.entries(copySchema.shape).map(([key, schema]) => [
      key,
      (schema instanceof z.ZodObject ? schema.partial() : schema).optional(),
    ]),
  ),
) as unknown as z.ZodType<CopyOverride, CopyOverride>; // fromEntries loses the keys

/** Returns the copy with the sentences of the override. */
export function overrideCopy(copy: Copy, override: CopyOverride): Copy {
  const changes = Object.entries(override).flatMap(([key, value]) => {
    if (value === undefined) return [];
    if (typeof value === 'string') return [[key, value]];
    const sentences = Object.entries(value).filter(([, sentence]) => sentence !== undefined);
    return [[key, { ...(copy[key as keyof Copy] as object), ...Object.fromEntries(sentences) }]];
  });
  return { ...copy, ...Object.fromEntries(changes) };
}
