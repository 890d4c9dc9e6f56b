import * as z from 'zod';
import type { USAGE_TYPES } from './copy/copy-schema.js';

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
};

const codeVariables = z
  .object({ code: text.optional(), link: text.optional(), ...common })
  .refine(({ code, link }) => code !== undefined || link !== undefined, 'must have a code or a link');

const invitationVariables = z.object({ link: text, inviter: named.optional(), ...common });

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
  OrganizationInvitation: invitationVariables,
} as const satisfies Record<(typeof USAGE_TYPES)[number], z.ZodObject>;

/** Whether the usage type has a variable, such as `application.name` or `code`, but not `code.length`. */
export function hasVariable(type: (typeof USAGE_TYPES)[number], path: string): boolean {
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
export const namesOf = (type: (typeof USAGE_TYPES)[number]): string[] =>
  Object.keys(templateVariables[type].shape);
