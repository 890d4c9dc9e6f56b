import { z } from 'zod';
import type { USAGE_TYPES } from './copy/copy-schema.js';

const text = z.string().min(1);

/** Something that has a name, if all goes well, and whatever else its source knows about it. */
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
  .refine(({ code, link }) => code !== undefined || link !== undefined, 'has neither a code nor a link');

const invitationVariables = z.object({ link: text, inviter: named.optional(), ...common });

/**
 * The variables of each usage type: what a template may show, and what it has to be able to do without (everything
 * optional, and of `code` and `link` one). The same variables as those of `PayloadByType` in `@postern/core`.
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

/** Whether the usage type has the variable: `application.name`, `code`, but not `code.length`. */
export function hasVariable(type: (typeof USAGE_TYPES)[number], path: string): boolean {
  let schema: unknown = templateVariables[type];
  for (const part of path.split('.')) {
    if (schema instanceof z.ZodOptional) schema = schema.unwrap();
    if (!(schema instanceof z.ZodObject)) return false;
    if (Object.hasOwn(schema.shape, part)) schema = schema.shape[part];
    // What a loose object holds besides is its source's business, however deep.
    else return schema.def.catchall instanceof z.ZodUnknown;
  }
  return true;
}

/** The names of the variables, for messages. */
export const namesOf = (type: (typeof USAGE_TYPES)[number]): string[] =>
  Object.keys(templateVariables[type].shape);
