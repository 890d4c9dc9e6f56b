import { NOTICE_USAGE_TYPES, type RequestContext, type SendRequest } from '@postern/core';
import { findCode } from '@postern/testing';
import { describe, expect, test } from 'vitest';
import { createRenderer, SAMPLE_LINK, sampleRequest } from '../fixtures/sample-emails.js';
import { COPY, createTemplates, LOCALES } from './index.js';

const render = createRenderer(createTemplates({ brand: { name: 'Acme' } }));

/** Spaces in times differ between versions of Unicode's locale data. */
const plain = (text: string) => text.replace(/[\u00a0\u202f\u2009]/g, ' ');

const send = async (request: object, locale = 'en') => {
  const {
    subject,
    text,
    html = '',
  } = await render({ to: 'ada@example.com', locale, ...request } as SendRequest);
  return { subject, text: plain(text), html: plain(html) };
};

describe.each(NOTICE_USAGE_TYPES)('%s', (type) => {
  test('has no code, and one button if it has a link', async () => {
    const link = await send({ type, payload: { link: SAMPLE_LINK } });
    expect(link.text).toContain(`\n\n${SAMPLE_LINK}\n\n`);
    expect(link.html.match(/class="button"/g)).toHaveLength(1);
    for (const { text, html } of [link, await send({ type, payload: {} })])
      expect(text + html).not.toMatch(/Enter this code|class="digits"|Valid for|\{\{|undefined/);
  });

  test('without a link has no button', async () => {
    const { text, html } = await send({ type, payload: {} });
    expect(html).not.toContain('class="button"');
    expect(text).not.toContain('http');
  });
});

test.each([
  ['PasswordChanged', /If this wasn’t you, open this link right away:/, /change your password right away/],
  ['AccountDeletionScheduled', /If you want to keep your account/, /change your password right away/],
  [
    'AccountDeleted',
    /If this wasn’t you, open this link/,
    /If you didn’t request this, contact us right away/,
  ],
  ['InvitationAccepted', /To see the members, open this link:/, /accepted\.\n/],
  ['AccountExists', /To sign in, open this link:/, /you can safely ignore this email/],
] as const)('%s tells people what they can do', async (type, withLink, withoutLink) => {
  expect((await send({ type, payload: { link: SAMPLE_LINK } })).text).toMatch(withLink);
  expect((await send({ type, payload: {} })).text).toMatch(withoutLink);
  expect((await send({ type, payload: { link: SAMPLE_LINK } })).text).not.toMatch(/right away and contact/);
});

describe('the details', () => {
  const requestContext: RequestContext = {
    userAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Gecko/20100101 Firefox/140.0',
    ...{ place: 'Berlin, Germany', ip: '203.0.113.7', time: new Date('2030-11-28T19:26:00Z') },
    timeZone: 'Europe/Berlin',
  };

  test('contain nothing that looks like a code to @postern/testing, in any language', async () => {
    for (const locale of LOCALES) {
      const { text } = await send({ type: 'NewSignIn', payload: {}, requestContext }, locale);
      expect(findCode(text), `${locale}: ${text}`).toBeUndefined();
    }
  });

  test.each(['NewSignIn', 'SignIn', 'OrganizationInvitation'] as const)(
    'of the request are in %s emails',
    async (type) => {
      const { text, html } = await send({ ...sampleRequest(type, 'en'), requestContext });
      expect(text).toContain(
        'Details:\nDevice: Firefox on Windows\nLocation: Berlin, Germany\nTime: November 28, 2030 at 8:26 PM GMT+1\nIP address: 203.0.113.7\n',
      );
      for (const value of ['Firefox on Windows', 'Berlin, Germany', '8:26 PM GMT+1', '203.0.113.7'])
        expect(html).toContain(value);
    },
  );

  test.each([
    ['de', 'Gerät: Firefox auf Windows', 'Zeitpunkt: 28. November 2030 um 20:26 MEZ'],
    ['ja', 'Windows の Firefox', '2030年11月28日 20:26'],
    ['ru', 'Firefox на Windows', '28 ноября 2030'],
  ])('are in the language of the reader: %s', async (locale, device, time) => {
    const { text } = await send({ type: 'NewSignIn', payload: {}, requestContext }, locale);
    expect(text).toContain(device);
    expect(text).toContain(time);
  });

  test.each(LOCALES)('in %s have a label each', async (locale) => {
    const { text } = await send({ type: 'NewSignIn', payload: {}, requestContext }, locale);
    const { device, place, time, ip } = COPY[locale].details;
    for (const label of [device, place, time, ip]) expect(text).toMatch(new RegExp(`^${label} ?[:：]`, 'm'));
  });

  test('show only what is known', async () => {
    const { text, html } = await send({
      type: 'NewSignIn',
      payload: {},
      requestContext: { ip: '203.0.113.7' },
    });
    expect(text).toContain('IP address: 203.0.113.7');
    expect(text + html).not.toMatch(/Device|Location|undefined/);
    expect((await send({ type: 'NewSignIn', payload: {} })).text).not.toContain('Details');
  });

  test.each<[type: SendRequest['type'], payload: object, lines: string]>([
    ['EmailChanged', { previousEmail: 'ada@example.com', newEmail: 'ada@example.org' }, 'Previous address: ada@example.com\n\nNew address: ada@example.org\n\n'],
    ['ConfirmEmailChange', { code: '000000', newEmail: 'ada@example.org' }, 'New address: ada@example.org\n\n'],
    ['RecoveryMethodChanged', { method: 'Passkey' }, 'Method: Passkey\n\n'],
    ['AccountDeletionScheduled', { deletionDate: '2030-12-31' }, 'Deletion date: December 31, 2030\n\n'],
    ['AccountDeletionScheduled', { deletionDate: 'in 30 days' }, 'Deletion date: in 30 days\n\n'],
    ['OrganizationInvitation', { link: SAMPLE_LINK, role: 'Editor' }, 'Role: Editor\n\n'],
  ])('of %s include %j', async (type, payload, lines) => {
    expect((await send({ type, payload })).text).toContain(lines);
  }); // biome-ignore format: a list

  test('of an accepted invitation name the member', async () => {
    const payload = { member: { name: 'Grace' }, organization: { name: 'Babbage & Co' } };
    const { text, subject } = await send({ type: 'InvitationAccepted', payload });
    expect(subject).toBe('Your invitation to Babbage & Co was accepted');
    expect(text).toContain('Grace accepted your invitation to join Babbage & Co.');
  });

  test.each([
    ...[
      'https://evil.example',
      'www.evil.example',
      'evil.example/x',
      'a@evil.example',
      '<a href=//evil.example>',
    ],
    ...['Call 1-800-555-0100\u202e', 'x'.repeat(5000)],
  ])('never become a link: %.30j', async (hostile) => {
    const requestContext = {
      ...{ userAgent: hostile, device: hostile, place: hostile, ip: hostile, timeZone: hostile },
    };
    // An address is shown as it is.
    const email = hostile.replace('a@', 'a@@');
    const facts = {
      method: hostile,
      role: hostile,
      newEmail: email,
      previousEmail: email,
      deletionDate: hostile,
    };
    for (const type of [
      'NewSignIn',
      'EmailChanged',
      'RecoveryMethodChanged',
      'AccountDeletionScheduled',
    ] as const) {
      const { text, html } = await send({ type, payload: facts, requestContext });
      expect(text + html).not.toMatch(/evil\.example|@evil|\/\/evil|\u202e/);
      expect(html).not.toContain('<a href=/');
    }
  });
});
