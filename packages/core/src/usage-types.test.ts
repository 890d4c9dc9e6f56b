import { describe, expect, test } from 'vitest';
import { recordingTransport } from '../fixtures/recording.js';
import {
  CODE_USAGE_TYPES,
  carriesCode,
  createMailer,
  inspectConnectorConfig,
  isNotice,
  NOTICE_USAGE_TYPES,
  parseSendRequest,
  type Template,
} from './index.js';

const link = 'https://example.com/go';
const content = '{{#if code}}{{code}}{{/if}}{{#if link}}{{link}}{{/if}}.';
const templateOf = (usageType: string): Template => ({
  ...{ usageType, contentType: 'text/plain', subject: 'x', content },
});

const render = (type: string, payload: object, templates = [templateOf(type)]) =>
  createMailer({
    config: { fromEmail: 'noreply@example.com', templates },
    transport: recordingTransport(),
  }).render(parseSendRequest({ to: 'ada@example.com', type, payload }));

describe.each(NOTICE_USAGE_TYPES)('%s', (type) => {
  test('is a notice, which carries no code', () => {
    expect([isNotice(type), carriesCode(type)]).toEqual([true, false]);
  });

  test('is sent with and without a link', async () => {
    expect((await render(type, {})).text).toBe('.');
    expect((await render(type, { link })).text).toBe(`${link}.`);
  });

  test('is refused with a code', async () => {
    await expect(render(type, { link, code: '482913' })).rejects.toMatchObject({
      code: 'payload_invalid',
      message: `The payload of ${type} emails must not contain a code.`,
    });
  });

  test('does not use the Generic template, which is for codes', async () => {
    await expect(render(type, { link }, [templateOf('Generic')])).rejects.toMatchObject({
      code: 'template_not_found',
      message: `There is no template for ${type}.`,
    });
  });
});

test.each(CODE_USAGE_TYPES)('%s requires a code or a link', async (type) => {
  expect([isNotice(type), carriesCode(type)]).toEqual([false, true]);
  await expect(render(type, {})).rejects.toThrow(
    `The payload of ${type} emails must contain a code or a link.`,
  );
});

test.each([
  ['EmailChanged', 'previousEmail newEmail'],
  ['ConfirmEmailChange', 'code newEmail'],
  ['RecoveryMethodChanged', 'method'],
  ['AccountDeletionScheduled', 'deletionDate'],
  ['InvitationAccepted', 'member'],
  ['OrganizationInvitation', 'inviter role'],
  ['PasswordChanged', 'link recipient request'],
])('the config knows the variables of %s: %s', (usageType, names) => {
  const warningsFor = (all: string) =>
    inspectConnectorConfig({
      templates: [{ ...templateOf(usageType), content: `{{link}} {{${all.replaceAll(' ', '}} {{')}}}` }],
    }).issues.filter(({ code }) => code === 'variable_unknown');
  expect(warningsFor(names)).toEqual([]);
  expect(warningsFor('inviters')).toHaveLength(1);
});

test('custom types still use the Generic template', async () => {
  expect((await render('Welcome', { code: '1' }, [templateOf('Generic')])).text).toBe('1.');
});
