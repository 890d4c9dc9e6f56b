/** Scanners with the emails of auth systems that cannot name the browser of a request. */
import { createClerkWebhook, createLogtoWebhook, createZitadelWebhook } from '@postern/adapter-webhooks';
import { createMailer } from '@postern/core';
import { createLinkGuard } from '@postern/http';
import { createTemplates } from '@postern/templates';
import { createTransport } from '@postern/transport';
import { expect, test } from 'vitest';
import { freePort } from '../../../scripts/free-port.ts';
import { CODE, createAuthPages } from './auth-pages.ts';
import { post } from './post.ts';
import { scan } from './scan.ts';
import { openScanWorld, submit } from './scan-world.ts';
import { WEBHOOK_CALLS } from './webhook-calls.ts';

const { browser, trap, env, openPerson, serveApp, defer } = await openScanWorld();
const port = await freePort();
const [origin, authOrigin] = [`http://localhost:${port}`, `http://127.0.0.1:${port}`];
const linkGuard = createLinkGuard({
  keys: [{ id: '2026-11', secret: env.LINK_SECRET }],
  url: `${origin}/open`,
  origins: [authOrigin],
});
const config = {
  ...{ url: env.SMTP_URL, fromEmail: 'Acme <noreply@acme.example>' },
  templates: createTemplates({ brand: { name: 'Acme' }, locales: ['en'] }),
};
const mailer = createMailer({ config, transport: createTransport(config), missingVariable: 'empty' });
defer(() => mailer.close());
const secretOf = (name: string) => WEBHOOK_CALLS[name]?.secret ?? expect.unreachable();
const webhooks = {
  zitadel: createZitadelWebhook({ mailer, linkGuard, secret: secretOf('zitadel') }),
  clerk: createClerkWebhook({ mailer, linkGuard, secret: secretOf('clerk') }),
  logto: createLogtoWebhook({ mailer, linkGuard, secret: secretOf('logto') }),
};
const app = createAuthPages();
app.all('/open', ({ req }) => linkGuard.fetch(req.raw));
for (const [name, webhook] of Object.entries(webhooks))
  app.post(`/webhooks/${name}`, ({ req }) => webhook.fetch(req.raw));
serveApp(app, port);

async function call(name: string, body: object): Promise<void> {
  trap.inbox.clear();
  const headers = WEBHOOK_CALLS[name]?.authenticate(JSON.stringify(body));
  expect(await post(`${origin}/webhooks/${name}`, body, headers)).toMatchObject({ status: 204 });
}

const to = 'dora@example.com';
const zitadel = (eventType: string, url: string, args = {}) => ({
  contextInfo: { eventType, recipientEmailAddress: to },
  ...{ templateData: { url: authOrigin + url }, args },
});
const clerk = (data: object) => ({
  type: 'email.created',
  data: { to_email_address: to, delivered_by_clerk: false, ...data },
});

test.each([
  ['clerk', clerk({ slug: 'verification_code', data: { otp_code: CODE } })],
  ['logto', { to, type: 'SignIn', payload: { code: CODE } }],
])('%s: an email with a code contains nothing to open', async (name, body) => {
  await call(name, body);
  const { html, text } = await trap.inbox.waitForEmail(to);
  expect(text).toContain(CODE);
  expect(`${html} ${text}`).not.toMatch(/href=|https?:/);
});

test('Zitadel: a scanner cannot set a password, and the person does', async () => {
  await call('zitadel', zitadel('user.human.password.code.added', '/password?code=A1B2C3'));
  const link = await trap.inbox.waitForLink(to);
  expect((await scan(browser, link)).clicks).toEqual(['Continue', 'Set password']);
  const person = await openPerson();
  await person.goto(link);
  await person.getByRole('button', { name: 'Continue' }).click();
  await submit(person, { Password: 'correct horse' }, 'Set password');
  await person.getByText('The password was set.').waitFor();
});

test('Zitadel: a scanner cannot use a code for a sign-in, and the person does', async () => {
  const person = await openPerson();
  await person.goto(`${authOrigin}/sign-in`);
  const args = { code: CODE, expiry: 300_000_000_000 };
  await call('zitadel', zitadel('session.otp.email.challenged', `/otp?code=${CODE}`, args));
  const { pages, clicks } = await scan(browser, await trap.inbox.waitForLink(to));
  expect(clicks).toEqual(['Continue', 'Verify']);
  expect(pages.at(-1)).toContain('Sign in first.');
  await submit(person, { Code: await trap.inbox.waitForCode(to) }, 'Verify');
  await person.getByText('Signed in.').waitFor();
});

test.each([
  ['zitadel', (url: string) => zitadel('user.human.email.code.added', url)],
  ['clerk', (url: string) => clerk({ slug: 'magic_link_sign_in', data: { magic_link: authOrigin + url } })],
  ['logto', (url: string) => ({ to, type: 'OrganizationInvitation', payload: { link: authOrigin + url } })],
])('%s: only a scanner that clicks buttons redeems a link that works once', async (name, bodyFor) => {
  const request = async (path: string) => {
    await call(name, bodyFor(path));
    return trap.inbox.waitForLink(to);
  };
  const open = async (link: string) => {
    const person = await openPerson();
    await person.goto(link);
    await person.getByRole('button', { name: 'Continue' }).click();
    return person;
  };

  const link = await request(`/redeem?token=${name}-1`);
  const { statuses, pages } = await scan(browser, link, true);
  expect(statuses).toEqual({ HEAD: 200, GET: 200, OPTIONS: 405 });
  expect(pages).toEqual([expect.stringContaining('Press the button to continue')]);
  await (await open(link)).getByText('The link was redeemed.').waitFor();

  const clicked = await request(`/redeem?token=${name}-2`);
  expect((await scan(browser, clicked)).pages.at(-1)).toContain('The link was redeemed.');
  await (await open(clicked)).getByText('The link was already used.').waitFor();
});
