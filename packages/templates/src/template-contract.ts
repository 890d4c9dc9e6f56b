import * as z from 'zod';
import type { TemplateType } from './copy/copy-schema.js';

const text = z.string().min(1);

/** An object that usually has a name, and can have other properties. */
const named = z.looseObject({ name: text.optional() });

const common = {
  application: named.optional(),
  organization: named.optional(),
  user: named.optional(),
  locale: text.optional(),
  uiLocales: text.optional(),
  ip: text.optional(),
  validFor: text.optional(),
  expiresInMinutes: z.number().optional(),
  expiresInSeconds: z.number().optional(),
  recipient: text.optional(),
  request: z
    .object({
      device: text.optional(),
      browser: text.optional(),
      system: text.optional(),
      place: text.optional(),
      ip: text.optional(),
      time: text,
      timestamp: text,
      timeZone: text,
    })
    .optional(),
};

const codeOrLink = { code: text.optional(), link: text.optional() };

const hasCodeOrLink = ({ code, link }: { code?: string | undefined; link?: string | undefined }) =>
  code !== undefined || link !== undefined;

const CODE_OR_LINK = 'must have a code or a link';

const codeVariables = z.object({ ...codeOrLink, ...common }).refine(hasCodeOrLink, CODE_OR_LINK);

/** @param own - the variables that only some usage types have */
const noticeVariables = <Own extends z.ZodRawShape>(own: Own) =>
  z.object({ link: text.optional(), ...own, ...common });

/**
 * The variables of each usage type, the same as in `PayloadByType` of `@postern/core`. A template must render without the
 * optional variables, and with only one of `code` and `link`.
 */
export const templateVariables = {
  Register: codeVariables,
  SignIn: codeVariables,
  ForgotPassword: codeVariables,
  Generic: codeVariables,
  UserPermissionValidation: codeVariables,
  BindNewIdentifier: codeVariables,
  MfaVerification: codeVariables,
  BindMfa: codeVariables,
  ConfirmEmailChange: z
    .object({ ...codeOrLink, newEmail: text.optional(), ...common })
    .refine(hasCodeOrLink, CODE_OR_LINK),
  ConfirmAccountDeletion: codeVariables,
  OrganizationInvitation: z.object({
    link: text,
    inviter: named.optional(),
    role: text.optional(),
    ...common,
  }),
  PasswordChanged: noticeVariables({}),
  EmailChanged: noticeVariables({ previousEmail: text.optional(), newEmail: text.optional() }),
  NewSignIn: noticeVariables({}),
  MfaEnabled: noticeVariables({}),
  MfaDisabled: noticeVariables({}),
  RecoveryMethodChanged: noticeVariables({ method: text.optional() }),
  AccountDeletionScheduled: noticeVariables({ deletionDate: text.optional() }),
  AccountDeleted: noticeVariables({}),
  InvitationAccepted: noticeVariables({ member: named.optional() }),
  AccountExists: noticeVariables({}),
} as const satisfies Record<TemplateType, z.ZodObject>;

/** Whether the usage type has a variable, such as `application.name` or `code`, but not `code.length`. */
export function hasVariable(type: TemplateType, path: string): boolean {
  let schema: unknown = templateVariables[type];
  for (const part of path.split('.')) {
    if (schema instanceof z.ZodOptional) schema = schema.unwrap();
    if (!(schema instanceof z.ZodObject)) return false;
    if (Object.hasOwn(schema.shape, part)) schema = schema.shape[part];
    // A loose object can have other properties, at any depth.
    else return schema.def.catchall instanceof z.ZodUnknown;
  }
  return true;
}

/** The names of the variables, for messages. */
export const namesOf = (type: TemplateType): string[] => Object.keys(templateVariables[type].shape);
