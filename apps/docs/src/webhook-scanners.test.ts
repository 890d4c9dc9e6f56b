/** Scanners do everything that they can with the links of Zitadel, Clerk, and Logto. */
import { TemplateType } from '@logto/connector-kit';
import { createClerkWebhook, createLogtoWebhook, createZitadelWebhook } from '@postern/adapter-webhooks';
import createConnector from '@postern/connector-smtp';
import { createMailer } from '@postern/core';
import { createLinkGuard } from '@postern/http';
import { createTemplates } from '@postern/templates';
import { createTransport } from '@postern/transport';
import type { Page } from 'playwright-core';
import { beforeEach, expect, test } from 'vitest';
import { freePort } from '../../../scripts/free-port.ts';
import { CODE, createAuthPages } from './auth-pages.ts';
import { post } from './post.ts';
import { scan } from './scan.ts';
import { openScanWorld, submit } from './scan-world.ts';
import { WEBHOOK_CALLS } from './webhook-calls.ts';

const { browser, trap, env, openPerson, serveApp, defer } = await openScanWorld();
const port = await freePort();
const [origin, authOrigin] = [`http://localhost:${port}`, `http://127.0.0.1:${port}`];
const guardOptions = {
  keys: [{ id: '2026-11', secret: env.LINK_SECRET }],
  url: `${origin}/open`,
  origins: [authOrigin],
};
const linkGuard = createLinkGuard(guardOptions);
const config = {
  ...{ url: env.SMTP_URL, fromEmail: 'Acme <noreply@acme.example>' },
  templates: createTemplates({ brand: { name: 'Acme' }, locales: ['en'] }),
};
const mailer = createMailer({ config, transport: createTransport(config), missingVariable: 'empty' });
defer(() => mailer.close());
const connector = await createConnector({ getConfig: async () => ({ ...config, linkGuard: guardOptions }) });
const secretOf = (name: string) => WEBHOOK_CALLS[name]?.secret ?? expect.unreachable();
const webhooks = {
  zitadel: createZitadelWebhook({
    ...{ mailer, linkGuard, secret: secretOf('zitadel') },
    browser: ({ templateData }) => URL.parse(templateData.url ?? '')?.searchParams.get('browser'),
  }),
  clerk: createClerkWebhook({ mailer, linkGuard, secret: secretOf('clerk') }),
  logto: createLogtoWebhook({ mailer, linkGuard, secret: secretOf('logto') }),
};
const app = createAuthPages();
app.all('/open', ({ req }) => linkGuard.fetch(req.raw));
for (const [name, webhook] of Object.entries(webhooks))
  app.post(`/webhooks/${name}`, ({ req }) => webhook.fetch(req.raw));
/** Runs before the application requests an email from Zitadel. */
app.get('/bind', async (context) => {
  const { browser, setCookie } = await linkGuard.bindBrowser(context.req.header('cookie'));
  context.header('Set-Cookie', setCookie);
  return context.text(browser);
});
serveApp(app, port);

beforeEach(() => trap.inbox.clear());

async function call(name: string, body: object): Promise<void> {
  const headers = WEBHOOK_CALLS[name]?.authenticate(JSON.stringify(body));
  expect(await post(`${origin}/webhooks/${name}`, body, headers)).toMatchObject({ status: 204 });
}

const to = 'dora@example.com';
const zitadel = (eventType: string, path: string, args = {}) =>
  call('zitadel', {
    contextInfo: { eventType, recipientEmailAddress: to },
    ...{ templateData: { url: authOrigin + path }, args },
  });
const clerk = (slug: string, data: object) =>
  call('clerk', {
    type: 'email.created',
    data: { slug, to_email_address: to, delivered_by_clerk: false, data },
  });

test.each([
  ['Clerk', () => clerk('verification_code', { otp_code: CODE })],
  ['Logto Cloud', () => call('logto', { to, type: 'SignIn', payload: { code: CODE } })],
  ['Logto', () => connector.sendMessage({ to, type: TemplateType.SignIn, payload: { code: CODE } })],
])('%s: an email with a code contains nothing to open', async (_, request) => {
  await request();
  const { html, text } = await trap.inbox.waitForEmail(to);
  expect(text).toContain(CODE);
  expect(`${html} ${text}`).not.toMatch(/href=|https?:/);
});

async function openLink(person: Page, link: string): Promise<void> {
  await person.goto(link);
  await person.getByRole('button', { name: 'Continue' }).click();
}

test('Zitadel: a scanner cannot set a password, and the person does', async () => {
  await zitadel('user.human.password.code.added', '/password?code=A1B2C3');
  const link = await trap.inbox.waitForLink(to);
  expect((await scan(browser, link)).clicks).toEqual(['Continue', 'Set password']);
  const person = await openPerson();
  await openLink(person, link);
  await submit(person, { Password: 'correct horse' }, 'Set password');
  await person.getByText('The password was set.').waitFor();
});

test('Zitadel: a scanner cannot use a code for a sign-in, and the person does', async () => {
  const person = await openPerson();
  await person.goto(`${authOrigin}/sign-in`);
  const args = { code: CODE, expiry: 300_000_000_000 };
  await zitadel('session.otp.email.challenged', `/otp?code=${CODE}`, args);
  const { pages, clicks } = await scan(browser, await trap.inbox.waitForLink(to));
  expect(clicks).toEqual(['Continue', 'Verify']);
  expect(pages.at(-1)).toContain('Sign in first.');
  await submit(person, { Code: await trap.inbox.waitForCode(to) }, 'Verify');
  await person.getByText('Signed in.').waitFor();
});

test('Zitadel: a scanner cannot redeem a link that the application binds to a browser', async () => {
  const person = await openPerson();
  await person.goto(`${origin}/bind`);
  const name = await person.locator('body').textContent();
  await zitadel('user.human.email.code.added', `/redeem?token=bound&browser=${name}`);
  const link = await trap.inbox.waitForLink(to);
  const { pages, clicks } = await scan(browser, link);
  expect([pages, clicks]).toEqual([[expect.stringContaining('Continue in the browser')], []]);
  await openLink(person, link);
  await person.getByText('The link was redeemed.').waitFor();
});

test.each([
  ['Zitadel', (path: string) => zitadel('user.human.email.code.added', path)],
  ['Clerk', (path: string) => clerk('magic_link_sign_in', { magic_link: authOrigin + path })],
  [
    'Logto Cloud',
    (path: string) =>
      call('logto', { to, type: 'OrganizationInvitation', payload: { link: authOrigin + path } }),
  ],
  [
    'Logto',
    (path: string) =>
      connector.sendMessage({
        ...{ to, type: TemplateType.OrganizationInvitation, payload: { link: authOrigin + path } },
      }),
  ],
])('%s: only a scanner that clicks buttons redeems a link that is not bound', async (name, request) => {
  const person = await openPerson();
  await request(`/redeem?token=${name}-1`);
  const link = await trap.inbox.waitForLink(to);
  const { statuses, pages } = await scan(browser, link, true);
  expect(statuses).toEqual({ HEAD: 200, GET: 200, OPTIONS: 405 });
  expect(pages).toEqual([expect.stringContaining('Press the button to continue')]);
  await openLink(person, link);
  await person.getByText('The link was redeemed.').waitFor();

  trap.inbox.clear();
  await request(`/redeem?token=${name}-2`);
  const other = await trap.inbox.waitForLink(to);
  expect((await scan(browser, other)).pages.at(-1)).toContain('The link was redeemed.');
  await openLink(person, other);
  await person.getByText('The link was already used.').waitFor();
});
