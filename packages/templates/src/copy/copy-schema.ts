import type { UsageType } from '@postern/core';
import { z } from 'zod';

/**
 * The usage types that carry a code or a link. They share one layout and the same keys of copy; an invitation has
 * words of its own.
 */
const CODE_TYPES = [
  'Register',
  'SignIn',
  'ForgotPassword',
  'Generic',
  'UserPermissionValidation',
  'BindNewIdentifier',
  'MfaVerification',
  'BindMfa',
] as const satisfies readonly UsageType[];

/** Every usage type there are templates for: Logto's nine. */
export const USAGE_TYPES = [...CODE_TYPES, 'OrganizationInvitation'] as const satisfies readonly UsageType[];

export type CodeType = (typeof CODE_TYPES)[number];

const PLACEHOLDER = /\{(?<name>[^{}]*)\}/g;

/** The placeholders of a sentence: `Sign in to {app}` → `app`. */
const placeholdersOf = (sentence: string): string[] =>
  [...sentence.matchAll(PLACEHOLDER)].map(({ groups }) => groups?.name ?? '');

/** Puts the values in the place of the placeholders. */
export const fillIn = (sentence: string, values: Readonly<Record<string, string>>): string =>
  sentence.replace(PLACEHOLDER, (_, name: string) => values[name] ?? '');

/** One sentence. `all` of its placeholders have to be there; `some` may be. */
const sentence = ({ all = [], some = [] }: { all?: string[]; some?: string[] } = {}) =>
  z
    .string('must be a string')
    .min(1, 'is empty')
    .superRefine((text, context) => {
      const found = placeholdersOf(text);
      const rest = text.replace(PLACEHOLDER, '');
      // A brace too many would become a part of the variables that are written beside it.
      if (/[{}]/.test(rest)) context.addIssue('has a brace that belongs to no placeholder');
      if (/\p{Cc}/u.test(text)) context.addIssue('has a line break or a control character: write one line');
      for (const name of found.filter((name) => ![...all, ...some].includes(name)))
        context.addIssue(`has the placeholder {${name}}, which has no value here`);
      for (const name of all.filter((name) => !found.includes(name)))
        context.addIssue(`lacks the placeholder {${name}}`);
    });

const plain = sentence();
const withApp = sentence({ some: ['app'] });

const codeEmailSchema = z.strictObject({
  /** Where there is a code. With a link alone, the heading is the subject. */
  subject: withApp,
  heading: withApp,
  /** Why this email came, in one sentence. */
  intro: withApp,
  /** On the button, where there is a link: a verb, in three words at most. */
  button: plain,
});

/** The words of every email in one language. `{app}` is the application's name, or else the brand's. */
export const copySchema = z.strictObject({
  Register: codeEmailSchema,
  SignIn: codeEmailSchema,
  ForgotPassword: codeEmailSchema,
  Generic: codeEmailSchema,
  UserPermissionValidation: codeEmailSchema,
  BindNewIdentifier: codeEmailSchema,
  MfaVerification: codeEmailSchema,
  BindMfa: codeEmailSchema,
  OrganizationInvitation: z.strictObject({
    subject: sentence({ all: ['organization'] }),
    heading: sentence({ all: ['organization'] }),
    intro: sentence({ all: ['organization'], some: ['app'] }),
    /** In place of the intro, where the inviter has a name. */
    introByInviter: sentence({ all: ['inviter', 'organization'], some: ['app'] }),
    button: plain,
  }),
  /** Above the code. */
  enterCode: plain,
  /** Above the button. */
  openLink: plain,
  /** Above the button, below a code. */
  orOpenLink: plain,
  /** Above the link in letters, below the button. */
  linkFallback: plain,
  /** `{duration}` stands in the form that `Intl` gives it, so the sentence must not bend it. */
  valid: sentence({ all: ['duration'] }),
  neverShare: withApp,
  /** What to do about an email that nobody asked for, where nothing happens then, … */
  ignore: withApp,
  /** … where the password stays, … */
  ignoreReset: withApp,
  /** … where someone may know the password, … */
  alarm: withApp,
  /** … and where someone was invited by mistake. */
  ignoreInvitation: withApp,
  footer: withApp,
  /** Leads to the support page. */
  support: plain,
});

export type Copy = z.output<typeof copySchema>;

const someCodeEmail = codeEmailSchema.partial().optional();

/** Some sentences of a language, which take the place of the ready-made ones. */
export const copyOverrideSchema = copySchema.partial().extend({
  Register: someCodeEmail,
  SignIn: someCodeEmail,
  ForgotPassword: someCodeEmail,
  Generic: someCodeEmail,
  UserPermissionValidation: someCodeEmail,
  BindNewIdentifier: someCodeEmail,
  MfaVerification: someCodeEmail,
  BindMfa: someCodeEmail,
  OrganizationInvitation: copySchema.shape.OrganizationInvitation.partial().optional(),
});

export type CopyOverride = z.input<typeof copyOverrideSchema>;

const withoutUndefined = <T extends object>(object: T): Partial<T> =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Partial<T>; // fewer keys

/** The copy with the sentences of the override in their places. */
export function overrideCopy(copy: Copy, override: CopyOverride): Copy {
  const types = USAGE_TYPES.map((type) => [
    type,
    { ...copy[type], ...withoutUndefined(override[type] ?? {}) },
  ]);
  return { ...copy, ...withoutUndefined(override), ...Object.fromEntries(types) };
}
