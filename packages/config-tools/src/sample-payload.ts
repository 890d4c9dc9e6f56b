import type { PayloadByType, PayloadValue } from '@postern/core';

const application = { name: 'Acme' };

const SAMPLES: { readonly [Type in keyof PayloadByType]: PayloadByType[Type] } = {
  Register: { code: '194207', application },
  SignIn: { code: '482913', application },
  ForgotPassword: { code: '730518', link: 'https://app.example.com/reset?token=sample', application },
  Generic: { code: '605384', application },
  OrganizationInvitation: {
    link: 'https://app.example.com/join?invitation=sample',
    inviter: { name: 'Grace' },
    organization: { name: 'Analytical Engines' },
    application,
  },
  UserPermissionValidation: { code: '358426', application },
  BindNewIdentifier: { code: '917640', application },
  MfaVerification: { code: '026895', application },
  BindMfa: { code: '571139', application },
};

/** The usage types that Postern defines. */
export const KNOWN_TYPES: readonly string[] = Object.keys(SAMPLES);

/** Variables for a sample email. A custom usage type gets a code and a link. */
export const samplePayload = (type: string): Record<string, PayloadValue> =>
  Object.hasOwn(SAMPLES, type)
    ? SAMPLES[type as keyof PayloadByType] // checked by hasOwn
    : { code: '482913', link: 'https://app.example.com/sample', application };
