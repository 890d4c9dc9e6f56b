/**
 * Uses of the packages that must work the same in every runtime. A bundle of `worker.ts` with the built packages runs
 * them, so this file uses Web APIs only.
 */
import { createEmailProvider } from '@postern/adapter-authjs';
import { createSupabaseWebhook, createZitadelWebhook, type Webhook } from '@postern/adapter-webhooks';
import { createMailer, type Email, silentLogger, type Transport } from '@postern/core';
import { bearerToken, createFetchHandler, createLinkGuard } from '@postern/http';
import { withFailover, withRateLimit, withRetry } from '@postern/resilience';
import { createTemplates } from '@postern/templates';
import { createResendTransport } from '@postern/transport-http/resend';
import { createVerification, memoryStore } from '@postern/verification';

const to = 'ada@example.com';
const code = '482913';

/** Keeps emails in memory. */
function createOutbox(): Transport & { readonly last: Email | undefined } {
  const emails: Email[] = [];
  const close = async () => {};
  return {
    name: 'outbox',
    get last() {
      return emails.at(-1);
    },
    async send(email) {
      emails.push(email);
      const { messageId, to: accepted } = email;
      return { messageId, accepted, transport: 'outbox', response: '250 OK', attempts: 1, durationMs: 0 };
    },
    verify: close,
    close,
    [Symbol.asyncDispose]: close,
  };
}

const OWN_TEMPLATES = [
  {
    usageType: 'SignIn',
    contentType: 'text/plain' as const,
    subject: 'Code {{code}}',
    content: 'It is {{code}}.',
  },
  {
    usageType: 'Generic',
    contentType: 'text/html' as const,
    subject: '{{#if application.name}}{{application.name}}{{else}}Acme{{/if}}',
    content:
      '<h1>{{#with application}}{{name}}{{/with}}</h1><ul>{{#each steps}}<li>{{this}}</li>{{/each}}</ul>' +
      '<p>{{#unless link}}No link{{/unless}}{{#if (eq code "482913")}} <a href="https://acme.example/{{code}}">Go</a>{{/if}}</p>',
  },
];

// Created when the module is loaded, as in most applications. Workers forbid I/O, timers, and random values at this point.
const outbox = createOutbox();
const transport = withRetry(withFailover([withRateLimit(outbox, { limit: 1000, intervalMs: 1000 })]));
const own = createMailer({
  config: { fromEmail: 'noreply@acme.example', templates: OWN_TEMPLATES },
  transport,
});
const mailer = createMailer({
  config: {
    fromEmail: 'Acme <noreply@acme.example>',
    templates: createTemplates({ brand: { name: 'Acme' }, locales: ['en', 'de', 'ar'] }),
  },
  transport,
  missingVariable: 'empty',
});
const verification = createVerification({
  mailer,
  store: memoryStore({ logger: silentLogger }),
  keys: [{ id: 'one', secret: 's'.repeat(32) }],
  linkUrl: 'https://acme.example/mail/links/{token}',
});
const authjs = createEmailProvider({ mailer });
const answer = createFetchHandler({
  mailer,
  verification,
  authorize: bearerToken('a'.repeat(32)),
  basePath: '/mail',
  onVerified: (person) => ({ body: { signedIn: person.to, method: person.method } }),
});

const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  answer(
    new Request(`https://acme.example/mail${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    }),
    { clientAddress: '203.0.113.7' },
  );

const webhookOutbox = createOutbox();
const signedAt = {
  mailer: createMailer({
    config: { fromEmail: 'noreply@acme.example', templates: OWN_TEMPLATES },
    transport: webhookOutbox,
    missingVariable: 'empty',
  }),
  // The time of the signatures below.
  clock: { now: () => 1_796_040_000_000 },
};
const supabase = createSupabaseWebhook({
  ...{ ...signedAt, secret: 'v1,whsec_c2VjcmV0IG9mIHRoZSBob29rLCBpbiBiYXNlNjQ=' },
  types: { password_changed_notification: 'Generic' },
});
const zitadel = createZitadelWebhook({ ...signedAt, secret: 'the-signing-key-of-zitadel' });

async function call({ fetch }: Webhook, body: object, headers: Record<string, string>): Promise<number> {
  const request = new Request('https://acme.example/webhook', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return (await fetch(request)).status;
}

const codeIn = (email: Email | undefined): string => /\b\d{6}\b/.exec(email?.text ?? '')?.[0] ?? 'no code';
const linkIn = (email: Email | undefined): string => /https:\S+/.exec(email?.text ?? '')?.[0] ?? 'no link';
const contentOf = ({ subject, text, html, headers }: Email) => ({
  ...{ subject, text, html },
  headers: Object.keys(headers),
});
/** The code of the error, so that a difference is visible. */
const refusal = (error: unknown) => String((error as { code?: unknown }).code ?? error);

/** The variables of the runtime. */
export interface Environment {
  /** The base URL of the API trap. */
  readonly API_URL: string;
  /** The recipient of the email that is sent after the response. */
  readonly LATER_TO: string;
}

/** The part of a Worker's context that keeps the Worker alive after the response. */
export interface Context {
  waitUntil(work: Promise<unknown>): void;
}

type Situation = (env: Environment, context: Context) => Promise<unknown>;

/** Each situation resolves to a result that is the same in every runtime and run. */
export const situations: Readonly<Record<string, Situation>> = {
  async 'renders a plain template'() {
    return contentOf(await own.render({ to, type: 'SignIn', payload: { code } }));
  },

  async 'renders blocks and derives the text'() {
    const payload = { code, application: { name: 'A & B' }, steps: ['Copy', 'Paste'] };
    return contentOf(await own.render({ to, type: 'Generic', payload }));
  },

  async 'renders from right to left'() {
    const payload = { code, application: { name: 'أكمي' } };
    return contentOf(await mailer.render({ to, type: 'SignIn', locale: 'ar', payload }));
  },

  async 'derives the same Message-ID from the same key'() {
    const request = { to, type: 'SignIn', payload: { code }, idempotencyKey: 'order 1' } as const;
    return (await mailer.render(request)).messageId;
  },

  async 'issues and checks a code'() {
    const person = { to, type: 'SignIn', ip: '203.0.113.1' } as const;
    await verification.start({ ...person, method: 'code' });
    const right = codeIn(outbox.last);
    const wrong = await verification
      .check({ ...person, code: right === '111111' ? '222222' : '111111' })
      .catch(refusal);
    const verified = await verification.check({ ...person, code: right });
    const again = await verification.check({ ...person, code: right }).catch(refusal);
    return { wrong, verified: verified.to, again };
  },

  async 'issues and consumes a link'() {
    await verification.start({ to: 'bob@example.com', type: 'SignIn', method: 'link', ip: '203.0.113.2' });
    const token = linkIn(outbox.last).split('/').at(-1) ?? '';
    const seen = await verification.peekLink(token);
    const consumed = await verification.consumeLink(token);
    const again = await verification.consumeLink(token).catch(refusal);
    return { seen: seen.to, consumed: consumed.to, again };
  },

  async 'serves codes'() {
    const email = 'carol@example.com';
    const started = await post('/verification-codes', { email });
    const verificationCode = codeIn(outbox.last);
    const wrong = await post('/verification-codes/verify', { email, verificationCode: 'abcdef' });
    const verified = await post('/verification-codes/verify', { email, verificationCode });
    return [started.status, wrong.status, await wrong.json(), verified.status, await verified.json()];
  },

  async 'serves links'() {
    await post('/links', { email: 'dave@example.com' });
    const headers = { Accept: 'text/html' };
    const page = await answer(new Request(linkIn(outbox.last), { headers }));
    const pressed = await answer(new Request(linkIn(outbox.last), { method: 'POST' }));
    return [page.status, page.headers.get('content-security-policy'), pressed.status, await pressed.json()];
  },

  async 'protects links'() {
    const url = 'https://acme.example/open';
    const keys = [{ id: 'one', secret: 's'.repeat(32) }] as const;
    const guard = createLinkGuard({ keys, url, binding: 'browser', codeInEmail: true });
    const expiresAt = new Date(Date.now() + 60_000);
    const { link, code = '', setCookie = '' } = await guard.protect(`${url}/verify`, { expiresAt });
    const page = await guard.fetch(new Request(link, { headers: { 'Accept-Language': 'ar' } }));
    const entered = await guard.fetch(
      new Request(url, {
        method: 'POST',
        headers: { Cookie: setCookie.split(';')[0] ?? '' },
        body: new URLSearchParams({ code }),
      }),
    );
    const text = await page.text();
    const shown = [text.includes('dir="rtl"'), text.includes(code)];
    const leads = (await entered.text()).includes(`content="0;url=${url}/verify"`);
    return [page.status, ...shown, entered.status, leads];
  },

  async 'serves authorized routes'() {
    const headers = { Authorization: `Bearer ${'a'.repeat(32)}`, 'Idempotency-Key': '"one"' };
    const request = { to, type: 'SignIn', payload: { code } };
    const sent = await post('/messages', request, headers);
    const repeated = await post('/messages', request, headers);
    const refused = await post('/messages', request, { Authorization: 'Bearer wrong' });
    const isSame = (await sent.text()) === (await repeated.text());
    return [sent.status, repeated.status, isSame, refused.status];
  },

  async 'sends the link of Auth.js'() {
    const [url, headers] = ['https://acme.example/callback?token=t', { 'Accept-Language': 'de' }];
    await authjs.sendVerificationRequest({
      ...{ identifier: to, url, token: 't', provider: authjs, theme: {} },
      expires: new Date(Date.now() + 900_000),
      request: new Request('https://acme.example/auth/signin/email', { headers }),
    });
    const sent = [outbox.last?.locale, linkIn(outbox.last)];
    const refused = await Promise.resolve('ada').then(authjs.normalizeIdentifier).catch(refusal);
    return { sent, refused };
  },

  async 'verifies the signatures of webhooks'() {
    const emailData = { email_action_type: 'password_changed_notification' };
    const standard = {
      ...{ 'webhook-id': 'msg_1', 'webhook-timestamp': '1796040000' },
      'webhook-signature': 'v1,NN57r/6LU6imO6t1Tq+NRV3gBRLQgIiwrTfb2V7aupc=',
    };
    const signature = 't=1796040000,v1=1be21ec8dfaddcd4ca3644e9b0dad1d9d06567582757cf9f8f24d513467bd046';
    const contextInfo = {
      eventType: 'user.human.email.code.added',
      recipientEmailAddress: 'frank@example.com',
    };
    return [
      await call(supabase, { user: { email: 'erin@example.com' }, email_data: emailData }, standard),
      await call(supabase, { user: { email: 'eve@example.com' }, email_data: emailData }, standard),
      await call(
        zitadel,
        { contextInfo, templateData: {}, args: { code } },
        { 'ZITADEL-Signature': signature },
      ),
      codeIn(webhookOutbox.last),
      await call(zitadel, { contextInfo, templateData: {}, args: {} }, { 'ZITADEL-Signature': signature }),
    ];
  },

  async 'sends through the API of a provider'({ API_URL }) {
    await using api = createResendTransport({ apiKey: 're_test' }, { baseUrl: API_URL });
    await api.verify();
    const email = await mailer.render({ to, type: 'SignIn', payload: { code } });
    const { accepted, attempts } = await api.send(email);
    return { accepted, attempts };
  },

  // The last one, so that only `waitUntil` keeps the Worker alive until the email is sent.
  async 'sends after the response'({ API_URL, LATER_TO }, context) {
    const later = createMailer({
      config: { fromEmail: 'noreply@acme.example', templates: OWN_TEMPLATES },
      transport: createResendTransport({ apiKey: 're_test' }, { baseUrl: API_URL }),
    });
    const respond = createFetchHandler<Context>({
      mailer: later,
      verification: createVerification({
        mailer: later,
        store: memoryStore({ logger: silentLogger }),
        keys: [{ id: 'one', secret: 's'.repeat(32) }],
      }),
      verificationMethods: ['code'],
      authorize: () => false,
      waitUntil: (sending, { native }) => native.waitUntil(sending),
    });
    const request = new Request('https://acme.example/verification-codes', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ email: LATER_TO }),
    });
    return (await respond(request, { native: context, clientAddress: '203.0.113.9' })).status;
  },
};
