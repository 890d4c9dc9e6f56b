import { isNotice, type PayloadByType, type PayloadValue, type RequestContext } from '@postern/core';

const application = { name: 'Acme' };
const SECURE_LINK = 'https://app.example.com/secure?token=sample';

const SAMPLES: { readonly [Type in keyof PayloadByType]: PayloadByType[Type] } = {
  Register: { code: '194207', application },
  SignIn: { code: '482913', application },
  ForgotPassword: { code: '730518', link: 'https://app.example.com/reset?token=sample', application },
  Generic: { code: '605384', application },
  OrganizationInvitation: {
    link: 'https://app.example.com/join?invitation=sample',
    inviter: { name: 'Grace' },
    organization: { name: 'Analytical Engines' },
    role: 'Editor',
    application,
  },
  UserPermissionValidation: { code: '358426', application },
  BindNewIdentifier: { code: '917640', application },
  MfaVerification: { code: '026895', application },
  BindMfa: { code: '571139', application },
  ConfirmEmailChange: { code: '280461', newEmail: 'ada@example.org', application },
  ConfirmAccountDeletion: { code: '649013', application },
  PasswordChanged: { link: SECURE_LINK, application },
  EmailChanged: {
    link: SECURE_LINK,
    previousEmail: 'ada@example.com',
    newEmail: 'ada@example.org',
    application,
  },
  NewSignIn: { link: SECURE_LINK, application },
  MfaEnabled: { link: SECURE_LINK, application },
  MfaDisabled: { link: SECURE_LINK, application },
  RecoveryMethodChanged: { link: SECURE_LINK, method: 'Recovery codes', application },
  AccountDeletionScheduled: {
    link: 'https://app.example.com/keep?token=sample',
    deletionDate: '2030-12-31',
    application,
  },
  AccountDeleted: { application },
  InvitationAccepted: {
    link: 'https://app.example.com/members',
    member: { name: 'Grace' },
    organization: { name: 'Analytical Engines' },
    application,
  },
  AccountExists: { link: 'https://app.example.com/sign-in', application },
};

/** The usage types that Postern defines. */
export const KNOWN_TYPES: readonly string[] = Object.keys(SAMPLES);

/** Variables for a sample email. A custom usage type gets a code and a link. */
export const samplePayload = (type: string): Record<string, PayloadValue> =>
  Object.hasOwn(SAMPLES, type)
    ? SAMPLES[type as keyof PayloadByType] // checked by hasOwn
    : { code: '482913', link: 'https://app.example.com/sample', application };

const CONTEXT: RequestContext = {
  ...{ device: 'Chrome on Windows', place: 'Berlin, Germany', ip: '203.0.113.7' },
  ...{ time: new Date('2030-01-01T12:00:00Z'), timeZone: 'Europe/Berlin' },
};

/** The context of a sample email, for usage types that tell people where a change was made. */
export const sampleContext = (type: string): RequestContext | undefined =>
  isNotice(type) ? CONTEXT : undefined;
