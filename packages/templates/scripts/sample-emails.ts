/** Emails to look at, for tests and for the scripts beside this file. Nothing in them is anybody's. */
import { createMailer, type Email, type SendRequest, type Template, type UsageType } from '@postern/core';
import { createMemoryTransport } from '@postern/testing';

export const SAMPLE_BRAND = {
  name: 'Acme',
  address: '1 Example Street, 10117 Example City',
  supportUrl: 'https://acme.example/help',
};

/** What the payload of a sample has, beside names. */
export type SampleContent = 'code' | 'link' | 'code and link';

const CODE = '000000';
export const SAMPLE_LINK = 'https://acme.example/verify?token=0000000000000000000000000000000000000000000';

/** Every usage type carries its own mix, so that a look at all of them sees everything. */
export const SAMPLE_CONTENT: Record<UsageType, SampleContent> = {
  Register: 'link',
  SignIn: 'code',
  ForgotPassword: 'code and link',
  Generic: 'code',
  OrganizationInvitation: 'link',
  UserPermissionValidation: 'code',
  BindNewIdentifier: 'link',
  MfaVerification: 'code',
  BindMfa: 'code and link',
};

export function sampleRequest(
  type: UsageType,
  locale: string,
  content: SampleContent = SAMPLE_CONTENT[type],
): SendRequest {
  const to = 'ada@example.com';
  const names = { inviter: { name: 'Ada Lovelace' }, organization: { name: 'Analytical Engines' } };
  if (type === 'OrganizationInvitation')
    return { to, type, locale, payload: { link: SAMPLE_LINK, ...names } };
  const payloads = {
    code: { code: CODE },
    link: { link: SAMPLE_LINK },
    'code and link': { code: CODE, link: SAMPLE_LINK },
  };
  return { to, type, locale, payload: payloads[content] };
}

/** Renders like a `Mailer` does, which is what it is. */
export function createRenderer(templates: Template[]): (request: SendRequest) => Promise<Email> {
  const config = { fromEmail: 'Acme <noreply@acme.example>', templates };
  const mailer = createMailer({ config, transport: createMemoryTransport() });
  return (request) => mailer.render(request);
}
