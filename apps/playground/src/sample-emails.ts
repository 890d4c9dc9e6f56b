import type { ConnectorConfig, PayloadByType, PayloadValue } from '@postern/core';
import { parseSendRequest, type SendRequest } from '@postern/core';
import { BRAND } from './built-in-config.js';

/** To whom the samples go, and whom forms suggest. */
export const SAMPLE_RECIPIENT = 'ada@example.com';

const application = { name: BRAND };

const SAMPLES: { readonly [Type in keyof PayloadByType]: PayloadByType[Type] } = {
  Register: { code: '194207', application },
  SignIn: { code: '482913', application },
  ForgotPassword: { code: '730518', link: 'https://app.example.com/reset?token=3f9d2c71a8e4', application },
  Generic: { code: '605384', application },
  OrganizationInvitation: {
    link: 'https://app.example.com/join?invitation=b81c0e5d47f2',
    inviter: { name: 'Grace' },
    organization: { name: 'Analytical Engines' },
    application,
  },
  UserPermissionValidation: { code: '358426', application },
  BindNewIdentifier: { code: '917640', application },
  MfaVerification: { code: '026895', application },
  BindMfa: { code: '571139', application },
};

/** Variables to begin with, for a usage type of Postern's or anyone's. */
export const samplePayload = (type: string): Record<string, PayloadValue> =>
  Object.hasOwn(SAMPLES, type)
    ? SAMPLES[type as keyof PayloadByType]
    : { code: '482913', link: 'https://app.example.com/', application };

/** One request for each template: every usage type, in every language it is there in. */
export const sampleRequests = ({ templates }: ConnectorConfig): SendRequest[] =>
  templates.map(({ usageType, locale }) =>
    parseSendRequest({ to: SAMPLE_RECIPIENT, type: usageType, payload: samplePayload(usageType), locale }),
  );
