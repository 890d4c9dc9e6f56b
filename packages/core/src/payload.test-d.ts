import { describe, expectTypeOf, test } from 'vitest';
import type {
  CODE_USAGE_TYPES,
  ConnectorConfig,
  createMailer,
  MailErrorCode,
  Mailer,
  NOTICE_USAGE_TYPES,
  PayloadByType,
  parseConnectorConfig,
  SendRequest,
  UsageType,
} from './index.js';

// Inside the package, the interface is merged by its path. Users of the package write '@postern/core'.
declare module './payload.js' {
  interface PayloadByType {
    Welcome: { firstName: string; visits?: number };
  }
}

declare const mailer: Mailer;
const to = 'ada@example.com';

describe('a payload that matches its usage type', () => {
  test('compiles', () => {
    mailer.send({ to, type: 'SignIn', payload: { code: '482913' } });
    mailer.send({ to, type: 'ForgotPassword', payload: { link: 'https://example.com' } });
    mailer.send({ to, type: 'Generic', payload: { code: '1', link: 'https://example.com' } });
    mailer.send({
      to,
      type: 'OrganizationInvitation',
      payload: { link: 'https://example.com', inviter: { name: 'Bob' } },
    });
    mailer.send({
      to,
      type: 'BindMfa',
      payload: { code: '1', application: { name: 'Notes', plan: 3 }, anything: ['else'] },
    });
    mailer.send({
      to,
      type: 'SignIn',
      payload: { code: '1' },
      locale: 'de',
      ip: '::1',
      requestContext: {
        userAgent: 'Mozilla/5.0',
        place: 'Berlin',
        time: new Date(),
        timeZone: 'Europe/Berlin',
      },
      expiresAt: new Date(),
      idempotencyKey: 'a',
    });
  });
});

describe('the payload of a notice', () => {
  test('compiles', () => {
    mailer.send({ to, type: 'PasswordChanged', payload: {} });
    mailer.send({ to, type: 'EmailChanged', payload: { newEmail: 'ada@example.org', link: undefined } });
    mailer.send({ to, type: 'AccountDeletionScheduled', payload: { deletionDate: '2030-12-31' } });
    mailer.send({ to, type: 'InvitationAccepted', payload: { member: { name: 'Bob' } } });
    mailer.send({ to, type: 'NewSignIn', payload: { link: 'https://example.com' }, requestContext: {} });
  });

  test('does not compile', () => {
    // @ts-expect-error: a notice has no code
    mailer.send({ to, type: 'PasswordChanged', payload: { code: '482913' } });
    // @ts-expect-error: an address is text
    mailer.send({ to, type: 'EmailChanged', payload: { newEmail: 5 } });
    // @ts-expect-error: a date is text
    mailer.send({ to, type: 'AccountDeletionScheduled', payload: { deletionDate: new Date() } });
    // @ts-expect-error: a time is a Date
    mailer.send({ to, type: 'NewSignIn', payload: {}, requestContext: { time: 'now' } });
    // @ts-expect-error: neither a code nor a link
    mailer.send({ to, type: 'ConfirmAccountDeletion', payload: {} });
  });
});

describe('a payload that does not match', () => {
  test('does not compile', () => {
    // @ts-expect-error: neither a code nor a link
    mailer.send({ to, type: 'SignIn', payload: {} });
    // @ts-expect-error: a code is text, or leading zeros are lost
    mailer.send({ to, type: 'SignIn', payload: { code: 482913 } });
    // @ts-expect-error: a link is text
    mailer.send({ to, type: 'SignIn', payload: { link: new URL('https://example.com') } });
    // @ts-expect-error: an invitation needs a link
    mailer.send({ to, type: 'OrganizationInvitation', payload: { code: '1' } });
    // @ts-expect-error: no such usage type
    mailer.send({ to, type: 'SingIn', payload: { code: '1' } });
    // @ts-expect-error: a date must be converted to a string
    mailer.send({ to, type: 'SignIn', payload: { code: '1', until: new Date() } });
    // @ts-expect-error: the name of an application is text
    mailer.send({ to, type: 'SignIn', payload: { code: '1', application: { name: 5 } } });
    // @ts-expect-error: exactly one address
    mailer.send({ to: [to], type: 'SignIn', payload: { code: '1' } });
    // @ts-expect-error: no payload
    mailer.send({ to, type: 'SignIn' });
    // @ts-expect-error: no such option
    mailer.send({ to, type: 'SignIn', payload: { code: '1' }, language: 'de' });
  });
});

describe('a custom type', () => {
  test('is declared by merging', () => {
    mailer.send({ to, type: 'Welcome', payload: { firstName: 'Ada' } });
    // @ts-expect-error: firstName is required
    mailer.send({ to, type: 'Welcome', payload: {} });
    // @ts-expect-error: visits is a number
    mailer.send({ to, type: 'Welcome', payload: { firstName: 'Ada', visits: 'many' } });
    expectTypeOf<PayloadByType['Welcome']>().toEqualTypeOf<{ firstName: string; visits?: number }>();
  });
});

test('the usage types are those of Postern and the declared ones', () => {
  expectTypeOf<UsageType>().toEqualTypeOf<
    | (typeof CODE_USAGE_TYPES)[number]
    | (typeof NOTICE_USAGE_TYPES)[number]
    | 'OrganizationInvitation'
    | 'Welcome'
  >();
  expectTypeOf<SendRequest<'SignIn'>['type']>().toEqualTypeOf<'SignIn'>();
});

test('a config can be written in code', () => {
  expectTypeOf<{
    config: {
      fromEmail: string;
      templates: { usageType: string; contentType: 'text/html'; subject: string; content: string }[];
    };
    transport: Parameters<typeof createMailer>[0]['transport'];
  }>().toExtend<Parameters<typeof createMailer>[0]>();
});

test('a parsed config has types', () => {
  expectTypeOf<typeof parseConnectorConfig>().returns.toEqualTypeOf<ConnectorConfig>();
  expectTypeOf<ConnectorConfig['fromEmail']>().toEqualTypeOf<string>();
  expectTypeOf<ConnectorConfig['port']>().toEqualTypeOf<number | undefined>();
  expectTypeOf<ConnectorConfig['socketTimeout']>().toEqualTypeOf<number>();
  expectTypeOf<ConnectorConfig['templates'][number]['contentType']>().toEqualTypeOf<
    'text/plain' | 'text/html'
  >();
});

test('error codes can be switched on', () => {
  expectTypeOf<'delivery_unknown' | 'recipient_rejected'>().toExtend<MailErrorCode>();
  expectTypeOf<string>().not.toExtend<MailErrorCode>();
});
