import { inspect } from 'node:util';
import { ConnectorError, type SendMessageData, TemplateType } from '@logto/connector-kit';
import { silentLogger } from '@postern/core';
import { createLinkGuard } from '@postern/http';
import { type SmtpTrap, startSmtpTrap } from '@postern/testing';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { openForm, submitForm } from '../fixtures/logto-console.js';
import createConnector from './index.js';
import { closeTransports } from './send-message.js';

const SECRET = 'the-secret-of-the-link-guard-0123456789';
const KEYS = [{ id: '2026-11', secret: SECRET }] as const;
const PAGE = 'https://app.example.com/open';
const { configGuard, metadata } = await createConnector({ getConfig: async () => ({}) });
const INVITATION = 'https://app.example.com/invitations/1?token=the-secret-token&next=%2F';

let trap: SmtpTrap;
beforeEach(async () => {
  trap = await startSmtpTrap({ tls: 'none' });
  onTestFinished(() => trap.close());
});
afterEach(async () => {
  vi.restoreAllMocks();
  await closeTransports();
});

const configWith = (linkGuard: unknown) => ({
  ...{ host: trap.host, port: trap.port, fromEmail: 'noreply@example.com', linkGuard },
  templates: ['Register', 'SignIn', 'ForgotPassword', 'Generic', 'OrganizationInvitation'].map(
    (usageType) => ({
      ...{ usageType, contentType: 'text/plain', subject: usageType, content: '{{code}} {{link}}' },
    }),
  ),
});

async function send(
  linkGuard: unknown,
  payload: SendMessageData['payload'],
  type = TemplateType.OrganizationInvitation,
) {
  const { sendMessage } = await createConnector({ getConfig: async () => configWith(linkGuard) });
  await sendMessage({ to: 'ada@example.com', type, payload });
  return trap.inbox.messages.at(-1)?.text?.trim() ?? '';
}

/** The guard of the administrator's application. */
const guardOf = (keys: typeof KEYS = KEYS) => createLinkGuard({ keys, url: PAGE, logger: silentLogger });
const visit = (link: string, method: string) =>
  guardOf().fetch(new Request(link, { method, headers: { 'Sec-Fetch-Site': 'same-origin' } }));

test('the link of an invitation leads a person to the original, but not a scanner', async () => {
  const [, link = ''] =
    /^\{\{code\}\} (.*)$/.exec(await send({ url: PAGE, keys: KEYS }, { link: INVITATION })) ?? [];
  expect(link.startsWith(`${PAGE}?token=`)).toBe(true);
  for (const method of ['GET', 'HEAD', 'GET']) {
    const page = await visit(link, method);
    expect(page.status).toBe(200);
    expect(await page.text()).not.toContain('invitations');
  }
  expect(await (await visit(link, 'GET')).text()).toContain('a***@example.com');
  expect(await (await visit(link, 'POST')).text()).toContain(INVITATION.replaceAll('&', '&amp;'));
});

test.each<[days: string, more: object, days: number]>([
  ['seven days', {}, 7],
  ['30 days with validityMs', { validityMs: 30 * 86_400_000 }, 30],
])('a link is valid for %s', async (_name, more, days) => {
  const link = (await send({ url: PAGE, keys: KEYS, ...more }, { code: '', link: INVITATION })).trim();
  const now = Date.now();
  const statusAt = async (time: number) => {
    const guard = createLinkGuard({
      keys: KEYS,
      url: PAGE,
      logger: silentLogger,
      clock: { now: () => time },
    });
    return (await guard.fetch(new Request(link))).status;
  };
  expect(await statusAt(now + days * 86_400_000 - 60_000)).toBe(200);
  expect(await statusAt(now + days * 86_400_000 + 60_000)).toBe(410);
});

test('without a link guard, or without a link, an email does not change', async () => {
  expect(await send(undefined, { code: '1', link: INVITATION })).toBe(`1 ${INVITATION}`);
  expect(await send({}, { code: '1', link: INVITATION })).toBe(`1 ${INVITATION}`);
  expect(await send({ url: PAGE, keys: KEYS }, { code: '482913' }, TemplateType.SignIn)).toBe(
    '482913 {{link}}',
  );
});

test('links with other origins need the `origins` key, which the log names', async () => {
  const link = 'https://invite.example.com/1?token=the-secret-token';
  const origins = ['https://invite.example.com'];
  expect(await send({ url: PAGE, keys: KEYS, origins }, { code: '1', link })).toContain(`1 ${PAGE}?token=`);
  const lines: string[] = [];
  vi.spyOn(console, 'error').mockImplementation((line: string) => void lines.push(line));
  const failure: unknown = await send({ url: PAGE, keys: KEYS }, { link }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ConnectorError);
  expect(lines.join()).toMatch(/"code":"payload_invalid".*origins/);
  expect(`${inspect(failure, { depth: 20, showHidden: true })}${lines}`).not.toMatch(/the-secret|ada@/);
});

test.each<[problem: string, linkGuard: unknown]>([
  ['linkGuard.keys: must be a list of keys', { url: PAGE }],
  ['linkGuard.url: is required', { keys: KEYS }],
  ['linkGuard.url: must be an https URL without a query', { keys: KEYS, url: `${PAGE}?a=1` }],
  [
    'linkGuard.keys.0.secret: must have 32 characters or more',
    { url: PAGE, keys: [{ id: 'a', secret: 'short-secret' }] },
  ],
  ['linkGuard.keys: has two keys with the same id', { url: PAGE, keys: [...KEYS, ...KEYS] }],
  ['linkGuard.origins.0: must be an https origin', { url: PAGE, keys: KEYS, origins: [PAGE] }],
  ['linkGuard.origin: unknown option: did you mean origins?', { url: PAGE, keys: KEYS, origin: PAGE }],
  ['linkGuard.validityMs: must be a whole number', { url: PAGE, keys: KEYS, validityMs: '7 days' }],
  ['linkGuard.validityMs: must be a whole number', { url: PAGE, keys: KEYS, validityMs: 0 }],
  ['linkGuard.keys: must be a list of keys', { validityMs: 86_400_000, url: PAGE }],
  ['linkGuard: must be an object', PAGE],
  ['linkGuard: must be an object', KEYS],
])('the console reports %s', async (problem, linkGuard) => {
  // With an SMTP server, and with the API of a provider.
  for (const more of [{}, { provider: 'resend', resendApiKey: 're_123456789' }]) {
    const config = submitForm(metadata.formItems ?? [], {
      ...openForm(metadata.formItems ?? []),
      ...{ host: trap.host, port: trap.port, fromEmail: 'noreply@example.com', ...more },
      linkGuard: JSON.stringify(linkGuard),
    });
    const { error } = configGuard.safeParse(config);
    const shown = error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    expect(shown).toEqual([expect.stringContaining(problem)]);
    expect(JSON.stringify(error)).not.toMatch(/short-secret|the-secret/);
  }
  // A config that another tool stored sends nothing.
  vi.spyOn(console, 'error').mockReturnValue();
  await expect(send(linkGuard, { link: INVITATION })).rejects.toBeInstanceOf(ConnectorError);
  expect(trap.inbox.messages).toEqual([]);
});
