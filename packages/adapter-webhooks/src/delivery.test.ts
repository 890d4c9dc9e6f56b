import { type Email, MailError, type SendRequest } from '@postern/core';
import { describe, expect, test } from 'vitest';
import { AUTH_SYSTEMS, CALLERS, supabaseCall } from '../fixtures/auth-systems.js';
import { openWorld } from '../fixtures/webhook-world.js';
import {
  createClerkWebhook,
  createKratosWebhook,
  createLogtoNoticeWebhook,
  createLogtoWebhook,
  createSupabaseWebhook,
  createZitadelWebhook,
} from './index.js';

const refused = new MailError('recipient_rejected', 'The server rejected ada@example.com.', {
  stage: 'recipient',
});
const unavailable = new MailError('connection_failed', 'The server cannot be reached.', {
  stage: 'connect',
  retryable: true,
});

/** A queue that keeps one email for each idempotency key, in the memory of all processes that share it. */
function createSharedQueue() {
  const emails = new Map<string, Email>();
  return {
    emails,
    async enqueue(email: Email) {
      const { key = email.messageId, identity } = email.idempotency ?? {};
      const earlier = emails.get(key);
      if (earlier && earlier.idempotency?.identity !== identity)
        throw new MailError('idempotency_key_reused', 'The key belongs to another email.', {
          stage: 'payload',
        });
      if (!earlier) emails.set(key, email);
      return { id: key };
    },
  };
}

describe.each(CALLERS.map((system) => [system.name, system] as const))('%s', (name, system) => {
  test('reports a failure in the form of the system, and sends the email when the call is repeated', async () => {
    const { post, transport, log } = openWorld(system);
    for (const [error, status, code] of [
      [refused, 400, 'recipient_rejected'],
      [unavailable, 503, 'mail_server_unavailable'],
    ] as const) {
      transport.failWith(error, { times: 1 });
      const answer = await post(system.call(), code);
      expect(answer.status).toBe(name === 'supabase' ? 200 : status);
      expect(await answer.json()).toMatchObject(
        name === 'supabase'
          ? { error: { http_code: status, message: expect.stringMatching(/^The mail server /) } }
          : { status, code },
      );
    }
    expect(log.map(({ event, route }) => [event, route])).toEqual([
      ['http.refused', `${name} webhook`],
      ['http.failed', `${name} webhook`],
    ]);
    expect((await post(system.call(), 'again')).status).toBe(204);
    expect(transport.emails).toHaveLength(1);
  });

  test('sends one email for calls to several processes with one queue', async () => {
    const queue = createSharedQueue();
    const worlds = [openWorld(system, { queue }), openWorld(system, { queue })];
    const attempts = name === 'clerk' ? ['1', '1'] : ['1', '2'];
    for (const [index, { post, clock }] of worlds.entries()) {
      clock.time += index * 60_000;
      expect((await post(system.call(), attempts[index])).status).toBe(204);
    }
    expect(queue.emails.size).toBe(1);
  });

  test('responds before the email is sent', async () => {
    const sends: Promise<void>[] = [];
    const { post, transport, log } = openWorld(system, { waitUntil: (sending) => void sends.push(sending) });
    transport.failWith(unavailable, { times: 1 });
    expect((await post(system.call(), '1')).status).toBe(204);
    await Promise.all(sends);
    expect(log.map(({ event }) => event)).toEqual(['http.send_failed']);
    expect((await post(system.call(), '2')).status).toBe(204);
    expect(transport.emails).toHaveLength(0);
    await Promise.all(sends);
    expect(transport.emails).toHaveLength(1);
  });

  test('sends one email for calls at the same time, which get the same response', async () => {
    const { post, transport } = openWorld(system);
    const answers = await Promise.all(['1', '1', '1'].map((attempt) => post(system.call(), attempt)));
    expect(transport.emails).toHaveLength(1);
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204]);
  });
});

test('a failed email of a call does not send the other email again', async () => {
  const [system] = AUTH_SYSTEMS;
  if (!system) expect.unreachable();
  const { post, transport } = openWorld(system);
  const call = supabaseCall(
    { email_action_type: 'email_change', token: '111111', token_new: '222222', token_hash_new: 'hash' },
    { new_email: 'ada@example.org' },
  );
  transport.failWith(unavailable, { times: 1 });
  expect(await (await post(call, '1')).json()).toMatchObject({ error: { http_code: 503 } });
  expect(transport.emails).toHaveLength(1);
  expect((await post(call, '2')).status).toBe(204);
  expect(transport.emails.map(({ to }) => to).sort()).toEqual(['ada@example.com', 'ada@example.org']);
});

test('a protected link replaces the link of the call, except in notices', async () => {
  for (const system of AUTH_SYSTEMS) {
    const protections: object[] = [];
    const { post, transport } = openWorld(system, {
      linkGuard: {
        async protect(link, protection) {
          protections.push({ link, ...protection });
          return { link: `https://app.example.com/open?${protections.length}` };
        },
      },
    });
    await post(system.call(), '1');
    await post(system.call(), system.name === 'clerk' ? '1' : '2');
    expect(transport.emails).toHaveLength(1);
    const hasLink = system.name === 'supabase' || system.name === 'zitadel';
    expect(transport.emails[0]?.text.includes('https://app.example.com/open?1')).toBe(hasLink);
    if (hasLink)
      expect(protections[0]).toMatchObject({
        link: expect.stringContaining('https://'),
        to: 'ada@example.com',
        binding: 'none',
        expiresAt: expect.any(Date),
      });
  }
});

test('Kratos: an email shows the browser, but not the address in a header that a client can set', async () => {
  const kratos = AUTH_SYSTEMS.find(({ name }) => name === 'kratos') ?? expect.unreachable();
  const { mailer, transport } = openWorld(kratos);
  const requests: SendRequest[] = [];
  const { post } = openWorld(kratos, {
    mailer: {
      ...mailer,
      send(request) {
        requests.push(request);
        return mailer.send(request);
      },
    },
  });
  await post(kratos.call());
  expect(transport.emails).toHaveLength(1);
  expect(requests[0]?.ip).toBe('203.0.113.7');
  expect(requests[0]?.requestContext).toEqual({ userAgent: 'Mozilla/5.0', time: expect.any(Date) });
});

describe('options', () => {
  const { mailer } = openWorld(AUTH_SYSTEMS[0] ?? expect.unreachable());

  test('replace usage types, languages, and variables', async () => {
    const { secret, authenticate } = AUTH_SYSTEMS[0] ?? expect.unreachable();
    const world = openWorld(AUTH_SYSTEMS[0] ?? expect.unreachable());
    const webhook = createSupabaseWebhook({
      ...{ mailer: world.mailer, secret, clock: { now: () => world.clock.time } },
      types: { magiclink: 'Generic', signup: false },
      locale: ({ user }) => `${user.role}` && 'de',
      payload: ({ user }) => ({ code: undefined, newEmail: `id ${user.id}` }),
    });
    for (const type of ['magiclink', 'signup']) {
      const body = JSON.stringify(supabaseCall({ email_action_type: type }));
      const headers = {
        'Content-Type': 'application/json',
        ...authenticate(body, { secret, now: world.clock.time }),
      };
      const answer = await webhook.fetch(
        new Request('https://app.example.com', { method: 'POST', body, headers }),
      );
      expect(answer.status).toBe(204);
    }
    expect(world.transport.emails).toHaveLength(1);
    expect(world.transport.emails[0]).toMatchObject({ type: 'Generic', locale: 'de' });
    expect(world.transport.emails[0]?.text).toMatch(/^\|https:.*\|id 8484b834/);
  });

  test('an unknown kind of email is a problem that names it', async () => {
    for (const system of AUTH_SYSTEMS.filter(({ name }) => name !== 'logto')) {
      const { post, log, transport } = openWorld(system);
      const call: object = JSON.parse(
        JSON.stringify(system.call()).replace(
          /magiclink|login_code_valid|session\.otp\.email\.challenged|verification_code/,
          'constructor',
        ),
      );
      const answer = await post(call);
      expect(answer.status).toBe(system.name === 'supabase' ? 200 : 400);
      expect(transport.emails).toEqual([]);
      expect(log).toMatchObject([{ event: 'http.refused', code: 'template_not_found' }]);
    }
  });

  test.each([
    ['createSupabaseWebhook', () => createSupabaseWebhook({ mailer, secret: 'v1,whsec_short' })],
    ['createClerkWebhook', () => createClerkWebhook({ mailer, secret: 'not base64, but long enough' })],
    ['createZitadelWebhook', () => createZitadelWebhook({ mailer, secret: ['short'] })],
    ['createLogtoNoticeWebhook', () => createLogtoNoticeWebhook({ mailer, secret: 'short' })],
    ['bearerToken', () => createKratosWebhook({ mailer, secret: 'short' })],
    ['bearerToken', () => createLogtoWebhook({ mailer, secret: [] })],
    ['toleranceMs', () => createClerkWebhook({ mailer, secret: `whsec_${'a'.repeat(32)}`, toleranceMs: 1 })],
    ['authUrl', () => createSupabaseWebhook({ mailer, secret: `whsec_${'a'.repeat(32)}`, authUrl: 'x' })],
  ])('that are not valid throw a ConfigError: %s', (_name, create) => {
    expect(create).toThrow(expect.objectContaining({ name: 'ConfigError', code: 'config_invalid' }));
    expect(create).not.toThrow(/short|not base64/);
  });

  test.each([
    'whsec_aaaaaaaaaa',
    'v1,whsec_aaaaaaaaaa',
    'v1,whsec_MTIzNDU2Nzg=',
    'whsec_whsec_aaaaaaaaaaaaaaaa',
    `whsec_${'-'.repeat(32)}`,
    `whsec_${'_'.repeat(32)}`,
    `v1a,whsec_${'a'.repeat(32)}`,
  ])('a signing secret without enough base64 throws a ConfigError: %s', (secret) => {
    for (const create of [createSupabaseWebhook, createClerkWebhook])
      expect(() => create({ mailer, secret })).toThrow(expect.objectContaining({ name: 'ConfigError' }));
  });
});

test('both secrets of a rotation are accepted', async () => {
  const [system] = AUTH_SYSTEMS;
  if (!system) expect.unreachable();
  const { mailer, transport, clock } = openWorld(system);
  const { secret, otherSecret, authenticate } = system;
  for (const secrets of [[secret, otherSecret], `${secret}|${otherSecret}`]) {
    const webhook = createSupabaseWebhook({ mailer, secret: secrets, clock: { now: () => clock.time } });
    const body = JSON.stringify(system.call(String(transport.emails.length + 100_000)));
    const one = authenticate(body, { secret: otherSecret, now: clock.time });
    const two = authenticate(body, { secret, now: clock.time });
    const headers = {
      ...{ 'Content-Type': 'application/json', ...one },
      // Supabase joins the signatures in this way.
      'webhook-signature': `${two['webhook-signature']?.replace(/.$/, 'x')}, ${one['webhook-signature']}`,
    };
    const answer = await webhook.fetch(
      new Request('https://app.example.com', { method: 'POST', body, headers }),
    );
    expect(answer.status).toBe(204);
  }
  expect(transport.emails).toHaveLength(2);
});
