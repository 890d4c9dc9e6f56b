import type { ConnectionOptions } from 'node:tls';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { type SmtpTrap, type SmtpTrapOptions, startSmtpTrap } from './index.js';
import { connectRaw, type RawSmtpClient } from './raw-smtp-client.js';

const base64 = (text: string) => Buffer.from(text).toString('base64');

async function start(options?: SmtpTrapOptions): Promise<SmtpTrap> {
  const trap = await startSmtpTrap(options);
  onTestFinished(() => trap.close());
  return trap;
}

function connect(trap: SmtpTrap, tls?: ConnectionOptions): RawSmtpClient {
  const client = connectRaw(trap, tls);
  onTestFinished(() => client[Symbol.dispose]());
  return client;
}

/** A client that has read the greeting and said EHLO; the reply comes along. */
async function greet(trap: SmtpTrap, tls?: ConnectionOptions) {
  const client = connect(trap, tls);
  await client.reply();
  return { client, features: await client.say('EHLO client.example') };
}

async function deliver(client: RawSmtpClient, to = 'ada@example.com', lines = ['Subject: Hi', '', 'Hello']) {
  expect(await client.say('MAIL FROM:<noreply@example.com>')).toMatch(/^250/);
  expect(await client.say(`RCPT TO:<${to}>`)).toMatch(/^250/);
  expect(await client.say('DATA')).toMatch(/^354/);
  return client.say([...lines, '.'].join('\r\n'));
}

describe('mail', () => {
  it('stores what was sent, and from whom to whom', async () => {
    const trap = await start({ tls: 'none' });
    const { client } = await greet(trap);
    const message = [
      'From: =?utf-8?B?w4RkYQ==?= <noreply@example.com>',
      'To: ada@example.com, Team: bob@example.com;',
      'Reply-To: help@example.com',
      'Message-ID: <1@example.com>',
      'Date: Sun, 22 Nov 2026 10:00:00 +0000',
      'Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=',
      'X-Twice: one',
      'X-Twice: two',
      'Content-Type: multipart/alternative; boundary=b',
      '',
      '--b',
      'Content-Type: text/plain',
      '',
      'Hello',
      '..dotted',
      '--b',
      'Content-Type: text/html',
      '',
      '<p>Hello</p>',
      '--b--',
    ];
    expect(await deliver(client, 'ada@example.com', message)).toMatch(/^250 /);

    const [email] = trap.inbox.messages;
    expect(email).toMatchObject({
      envelope: { from: 'noreply@example.com', to: ['ada@example.com'] },
      subject: 'Grüße',
      from: { name: 'Äda', address: 'noreply@example.com' },
      to: [{ address: 'ada@example.com' }, { address: 'bob@example.com' }],
      replyTo: [{ address: 'help@example.com' }],
      messageId: '<1@example.com>',
      date: new Date('2026-11-22T10:00:00Z'),
      session: { connection: 1, secure: false, smtpUtf8: false },
    });
    expect(email?.text).toContain('Hello\n.dotted');
    expect(email?.html).toContain('<p>Hello</p>');
    expect(email?.header('x-TWICE')).toBe('one');
    expect(email?.header('x-none')).toBeUndefined();
    expect(email?.headers.filter((header) => header.name === 'X-Twice')).toHaveLength(2);
    expect(email?.raw.toString()).toContain('\r\n.dotted\r\n');
  });

  it('takes several messages on one connection, pipelined too', async () => {
    const trap = await start({ tls: 'none' });
    const { client, features } = await greet(trap);
    expect(features).toContain('PIPELINING');
    for (const to of ['ada@example.com', 'bob@example.com']) {
      client.write(`MAIL FROM:<>\r\nRCPT TO:<${to}>\r\nDATA\r\n`);
      expect(await client.reply()).toMatch(/^250/);
      expect(await client.reply()).toMatch(/^250/);
      expect(await client.reply()).toMatch(/^354/);
      expect(await client.say('Subject: x\r\n\r\ny\r\n.')).toMatch(/^250/);
    }
    expect(trap.inbox.messages.map((email) => email.envelope)).toEqual([
      { from: '', to: ['ada@example.com'] },
      { from: '', to: ['bob@example.com'] },
    ]);
    expect(trap.stats.messages).toBe(2);
  });

  it('stores nothing when the client leaves in the middle of the message', async () => {
    const trap = await start({ tls: 'none' });
    const { client } = await greet(trap);
    await client.say('MAIL FROM:<a@example.com>');
    await client.say('RCPT TO:<b@example.com>');
    await client.say('DATA');
    client.write('Subject: half');
    client[Symbol.dispose]();
    await trap.waitForConnectionClose();
    expect(trap.inbox.messages).toEqual([]);
  });

  it('refuses a message above the size, announced or not', async () => {
    const trap = await start({ tls: 'none', size: 100 });
    const { client, features } = await greet(trap);
    expect(features).toContain('SIZE 100');
    expect(await client.say('MAIL FROM:<a@example.com> SIZE=101')).toMatch(/^552/);
    expect(await deliver(client, 'ada@example.com', ['', 'x'.repeat(101)])).toMatch(/^552/);
    expect(trap.inbox.messages).toEqual([]);
    expect(await deliver(client)).toMatch(/^250/);
  });

  it('keeps addresses as they were sent', async () => {
    const trap = await start({ tls: 'none' });
    const { client } = await greet(trap);
    await deliver(client, 'ada@xn--mnchen-3ya.example');
    const [email] = trap.inbox.for('ada@MÜNCHEN.example').messages;
    expect(email?.envelope.to).toEqual(['ada@xn--mnchen-3ya.example']);
  });

  it('takes Unicode addresses only with SMTPUTF8', async () => {
    const trap = await start({ tls: 'none' });
    const { client, features } = await greet(trap);
    expect(features).toContain('SMTPUTF8');
    expect(await client.say('MAIL FROM:<grüße@example.com>')).toMatch(/^553/);
    expect(await client.say('MAIL FROM:<a@example.com>')).toMatch(/^250/);
    expect(await client.say('RCPT TO:<äda@example.com>')).toMatch(/^553/);
    await client.say('RSET');
    expect(await client.say('MAIL FROM:<a@example.com> SMTPUTF8')).toMatch(/^250/);
    expect(await client.say('RCPT TO:<äda@example.com>')).toMatch(/^250/);
    await client.say('DATA');
    await client.say('\r\n.');
    const email = await trap.inbox.waitForEmail('äda@example.com');
    expect(email.session.smtpUtf8).toBe(true);
  });

  it('hides extensions', async () => {
    const trap = await start({ hideExtensions: ['SMTPUTF8', 'PIPELINING', '8BITMIME', 'STARTTLS'] });
    const { client, features } = await greet(trap);
    expect(features).not.toMatch(/SMTPUTF8|PIPELINING|8BITMIME|STARTTLS/);
    expect(await client.say('MAIL FROM:<a@example.com> SMTPUTF8')).toMatch(/^555/);
  });
});

describe('tls', () => {
  it('upgrades with STARTTLS', async () => {
    const trap = await start();
    expect(trap.url).toBe(`smtp://127.0.0.1:${trap.port}`);
    const { client, features } = await greet(trap);
    expect(features).toContain('STARTTLS');
    await client.startTls({ ca: trap.certificate, host: trap.host });
    expect(await client.say('EHLO client.example')).not.toContain('STARTTLS');
    await deliver(client);
    expect(trap.inbox.messages[0]?.session.secure).toBe(true);
    expect(trap.stats.tlsUpgrades).toBe(1);
    expect(trap.sessions[0]).toMatchObject({ secure: true, open: true, messages: 1 });
  });

  it('speaks TLS from the start', async () => {
    const trap = await start({ tls: 'implicit' });
    expect(trap.url).toBe(`smtps://127.0.0.1:${trap.port}`);
    const { client } = await greet(trap, { ca: trap.certificate });
    await deliver(client);
    expect(trap.inbox.messages[0]?.session.secure).toBe(true);
    expect(trap.stats).toMatchObject({ tlsUpgrades: 0, connections: 1, openConnections: 1 });
  });

  it('does without', async () => {
    const trap = await start({ tls: 'none' });
    const { client, features } = await greet(trap);
    expect(features).not.toContain('STARTTLS');
    expect(await client.say('STARTTLS')).toMatch(/^50\d/);
  });

  it.each([
    ['an expired certificate', { expired: true }, 'CERT_HAS_EXPIRED'],
    ['a certificate for another name', { hostnames: ['other.example'] }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])('presents %s', async (_what, certificate, code) => {
    const trap = await start({ tls: 'implicit', certificate });
    expect(await connect(trap, { ca: trap.certificate }).closed).toBe(code);
    await trap.waitForConnectionClose();
  });

  it('is not trusted by default', async () => {
    const trap = await start({ tls: 'implicit' });
    expect(await connect(trap, {}).closed).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
  });

  it('makes the default certificate once', async () => {
    const [one, two] = [await start(), await start({ tls: 'none' })];
    expect(one.certificate).toBe(two.certificate);
    expect(one.certificate).toMatch(/^-----BEGIN CERTIFICATE-----/);
  });
});

describe('auth', () => {
  const password = { user: 'postern', pass: 'secret' };
  const token = { user: 'postern', accessToken: 'ya29.token' };
  const xoauth2 = (accessToken: string) => base64(`user=postern\x01auth=Bearer ${accessToken}\x01\x01`);

  it('is not offered without credentials', async () => {
    const { client, features } = await greet(await start({ tls: 'none' }));
    expect(features).not.toContain('AUTH');
    expect(await client.say('AUTH PLAIN AAAA')).toMatch(/^50\d/);
  });

  it('accepts PLAIN, and remembers who came', async () => {
    const trap = await start({ tls: 'none', auth: password });
    const { client, features } = await greet(trap);
    expect(features).toContain('AUTH PLAIN LOGIN XOAUTH2');
    expect(await client.say('MAIL FROM:<a@example.com>')).toMatch(/^530/);
    expect(await client.say(`AUTH PLAIN ${base64('\0postern\0secret')}`)).toMatch(/^235/);
    await deliver(client);
    expect(trap.inbox.messages[0]?.session.user).toBe('postern');
    expect(trap.sessions[0]?.user).toBe('postern');
    expect(trap.stats.logins).toBe(1);
  });

  it('accepts LOGIN', async () => {
    const { client } = await greet(await start({ tls: 'none', auth: password, authMethods: ['LOGIN'] }));
    expect(await client.say(`AUTH PLAIN ${base64('\0postern\0secret')}`)).toMatch(/^504/);
    expect(await client.say('AUTH LOGIN')).toBe('334 VXNlcm5hbWU6');
    expect(await client.say(base64('postern'))).toBe('334 UGFzc3dvcmQ6');
    expect(await client.say(base64('secret'))).toMatch(/^235/);
  });

  it('accepts XOAUTH2', async () => {
    const { client } = await greet(await start({ tls: 'none', auth: token }));
    expect(await client.say(`AUTH XOAUTH2 ${xoauth2('ya29.token')}`)).toMatch(/^235/);
  });

  it('refuses wrong credentials with 535, whatever the mechanism', async () => {
    const trap = await start({ tls: 'none', auth: password });
    const { client } = await greet(trap);
    expect(await client.say(`AUTH PLAIN ${base64('\0postern\0wrong')}`)).toMatch(/^535/);
    await client.say('AUTH LOGIN');
    await client.say(base64('someone'));
    expect(await client.say(base64('secret'))).toMatch(/^535/);
    expect(await client.say(`AUTH XOAUTH2 ${xoauth2('ya29.wrong')}`)).toMatch(/^334 /);
    expect(await client.say('')).toMatch(/^535/);
    expect(trap.stats.logins).toBe(0);
  });

  it('requires TLS before a login if it is available', async () => {
    const trap = await start({ auth: password });
    const { client } = await greet(trap);
    expect(await client.say(`AUTH PLAIN ${base64('\0postern\0secret')}`)).toMatch(/^538/);
    await client.startTls({ ca: trap.certificate, host: trap.host });
    await client.say('EHLO client.example');
    expect(await client.say(`AUTH PLAIN ${base64('\0postern\0secret')}`)).toMatch(/^235/);
  });

  it('can be optional', async () => {
    const { client } = await greet(await start({ tls: 'none', auth: password, requireAuth: false }));
    expect(await deliver(client)).toMatch(/^250/);
  });

  it('cannot be required without anyone who could log in', async () => {
    await expect(startSmtpTrap({ requireAuth: true })).rejects.toThrow(TypeError);
  });

  it('keeps credentials out of its records', async () => {
    const trap = await start({ tls: 'none', auth: password });
    const { client } = await greet(trap);
    await client.say(`AUTH PLAIN ${base64('\0postern\0wrong')}`);
    await client.say('AUTH LOGIN');
    await client.say(base64('postern'));
    await client.say(base64('secret'));
    expect(trap.sessions[0]?.commands).toEqual([
      'EHLO client.example',
      'AUTH PLAIN [hidden]',
      'AUTH LOGIN',
      '[hidden]',
      '[hidden]',
    ]);
    expect(trap.stats.commands).toEqual({ EHLO: 1, AUTH: 2 });
  });
});

describe('connections', () => {
  it('are counted', async () => {
    const trap = await start({ tls: 'none' });
    const clients = [connect(trap), connect(trap), connect(trap)];
    await trap.waitForConnections(3);
    for (const client of clients) client[Symbol.dispose]();
    await trap.waitForConnectionClose();
    connect(trap);
    await trap.waitForConnections(4);
    expect(trap.stats).toMatchObject({ connections: 4, openConnections: 1, peakConnections: 3 });
    expect(trap.sessions.map((session) => session.open)).toEqual([false, false, false, true]);
  });

  it('make a wait for them fail when they do not come', async () => {
    const trap = await start({ tls: 'none' });
    await expect(trap.waitForConnections(1, { timeoutMs: 1 })).rejects.toThrow('"connections":0');
    connect(trap);
    await trap.waitForConnections(1);
    await expect(trap.waitForConnectionClose({ timeoutMs: 1 })).rejects.toThrow('after 1 ms: 1');
  });

  it.each(['none', 'starttls', 'implicit'] as const)('are closed when idle, with tls %s', async (tls) => {
    const trap = await start({ tls });
    const secure = { ca: trap.certificate, host: trap.host };
    const open = async () => {
      const { client } = await greet(trap, tls === 'implicit' ? secure : undefined);
      if (tls === 'starttls') {
        await client.startTls(secure);
        await client.say('EHLO client.example');
      }
      return client;
    };
    const [idle, busy] = [await open(), await open()];
    await busy.say('MAIL FROM:<a@example.com>');

    expect(await trap.closeIdleConnections()).toBe(1);
    expect(await idle.closed).toBe('end');
    expect(idle.chunks).toEqual([]);

    expect(await busy.say('RSET')).toMatch(/^250/);
    const count = trap.closeIdleConnections('421');
    expect(await busy.reply()).toMatch(/^421/);
    expect(await busy.closed).toBe('end');
    expect(await count).toBe(1);
    expect(trap.stats.openConnections).toBe(0);
  });
});

describe('close', () => {
  const traps: SmtpTrap[] = [];
  afterEach(() => expect(traps.splice(0).map((trap) => trap.stats.openConnections)).toEqual([0]));

  const startTracked = async (options?: SmtpTrapOptions) => {
    const trap = await start(options);
    traps.push(trap);
    return trap;
  };

  it.each(['none', 'starttls', 'implicit'] as const)('breaks everything off, with tls %s', async (tls) => {
    const trap = await startTracked({ tls });
    const secure = { ca: trap.certificate, host: trap.host };
    const { client } = await greet(trap, tls === 'implicit' ? secure : undefined);
    if (tls === 'starttls') await client.startTls(secure);
    const silent = connect(trap);
    await trap.waitForConnections(2);
    await Promise.all([trap.close(), trap.close()]);
    await Promise.all([client.closed, silent.closed]);
    expect(await connect(trap).closed).toBe('ECONNREFUSED');
  });

  it('closes despite an unfinished handshake', async () => {
    const trap = await startTracked();
    const { client } = await greet(trap);
    expect(await client.say('STARTTLS')).toMatch(/^220/);
    client.write('\x16\x03\x01');
    await trap.close();
    await client.closed;
  });

  it('rejects the waits', async () => {
    const trap = await startTracked();
    const waits = [
      trap.inbox.waitForEmail(),
      trap.waitForConnections(1),
      trap.fault({ at: 'mail', kind: '4xx' }).waitUntilFired(),
    ].map((wait) => expect(wait).rejects.toThrow('closed'));
    await trap.close();
    await Promise.all(waits);
  });

  it('frees the port, and happens at the end of a block', async () => {
    let port: number;
    {
      await using trap = await startSmtpTrap({ tls: 'none' });
      port = trap.port;
    }
    const next = await startTracked({ tls: 'none', port });
    expect(next.port).toBe(port);
    await expect(startSmtpTrap({ port })).rejects.toThrow('EADDRINUSE');
    await next.close();
  });
});
