import { describe, expect, it, onTestFinished } from 'vitest';
import { type Fault, type FaultStage, type SmtpTrap, type SmtpTrapOptions, startSmtpTrap } from './index.js';
import { connectRaw, type RawSmtpClient } from './raw-smtp-client.js';

type Tls = NonNullable<SmtpTrapOptions['tls']>;

async function start(tls: Tls = 'none'): Promise<SmtpTrap> {
  const trap = await startSmtpTrap({ tls, auth: { user: 'u', pass: 'p' }, requireAuth: false });
  onTestFinished(() => trap.close());
  return trap;
}

function connect(trap: SmtpTrap, tls: Tls = 'none'): RawSmtpClient {
  const client = connectRaw(trap, tls === 'implicit' ? { ca: trap.certificate } : undefined);
  onTestFinished(() => client[Symbol.dispose]());
  return client;
}

/** Leads a dialogue to a stage; the last step's reply is left to the test. */
async function leadTo(stage: FaultStage, trap: SmtpTrap, tls: Tls = 'none'): Promise<RawSmtpClient> {
  const client = connect(trap, tls);
  if (stage === 'connect' || stage === 'greeting') return client;
  await client.reply();
  if (stage === 'ehlo') return ask(client, 'EHLO client.example');
  await client.say('EHLO client.example');
  if (stage === 'starttls') return ask(client, 'STARTTLS');
  if (tls === 'starttls') {
    await client.startTls({ ca: trap.certificate, host: trap.host });
    await client.say('EHLO client.example');
  }
  if (stage === 'auth') return ask(client, `AUTH PLAIN ${Buffer.from('\0u\0p').toString('base64')}`);
  if (stage === 'mail') return ask(client, 'MAIL FROM:<a@example.com>');
  await client.say('MAIL FROM:<a@example.com>');
  if (stage === 'rcpt') return ask(client, 'RCPT TO:<ada@example.com>');
  await client.say('RCPT TO:<ada@example.com>');
  if (stage === 'data') return ask(client, 'DATA');
  await client.say('DATA');
  return ask(client, 'Subject: Hi\r\n\r\nHello\r\n.');
}

function ask(client: RawSmtpClient, line: string): RawSmtpClient {
  client.write(`${line}\r\n`);
  return client;
}

const STAGES: readonly FaultStage[] = [
  'connect',
  'greeting',
  'ehlo',
  'starttls',
  'auth',
  'mail',
  'rcpt',
  'data',
  'delivery',
];

const REPLY_WHEN_WELL: Record<FaultStage, RegExp> = {
  connect: /^220 /,
  greeting: /^220 /,
  ehlo: /^250-/,
  starttls: /^220 /,
  auth: /^235 /,
  mail: /^250 /,
  rcpt: /^250 /,
  data: /^354 /,
  delivery: /^250 /,
};

const cases = (['none', 'starttls', 'implicit'] as const).flatMap((tls) =>
  STAGES.filter((at) => at !== 'starttls' || tls === 'starttls').map((at) => ({ tls, at })),
);

describe.each(cases)('at $at, with tls $tls', ({ at, tls }) => {
  const received = at === 'delivery' ? 1 : 0;

  it('resets the connection', async () => {
    const trap = await start(tls);
    const fault = trap.fault({ at, kind: 'reset' });
    const client = await leadTo(at, trap, tls);
    expect(await client.closed).toBe('ECONNRESET');
    await trap.waitForConnectionClose();
    expect(fault.fired).toBe(1);
    expect(trap.inbox.messages).toHaveLength(received);
  });

  it('stalls', async () => {
    const trap = await start(tls);
    const fault = trap.fault({ at, kind: 'stall' });
    const client = await leadTo(at, trap, tls);
    await fault.waitUntilFired();
    if (received === 1) await trap.inbox.waitForEmail();
    expect(trap.stats.openConnections).toBe(1);
    await trap.close();
    await client.closed;
    expect(client.chunks).toEqual([]);
    expect(trap.inbox.messages).toHaveLength(received);
  });

  it.each(['4xx', '5xx'] as const)('refuses with %s', async (kind) => {
    const trap = await start(tls);
    trap.fault({ at, kind });
    const client = await leadTo(at, trap, tls);
    expect(await client.reply()).toMatch(new RegExp(`^${kind[0]}\\d\\d \\d\\.\\d\\.\\d `));
    expect(trap.inbox.messages).toEqual([]);
    if (at === 'connect' || at === 'greeting') expect(await client.closed).toBe('end');
    else expect(await client.say('NOOP')).toMatch(/^250/);
  });

  it('sends garbage', async () => {
    const trap = await start(tls);
    const fault = trap.fault({ at, kind: 'garbage' });
    const client = await leadTo(at, trap, tls);
    if (at === 'connect' && tls === 'implicit') {
      expect(await client.closed).toMatch(/^E/);
    } else {
      expect(await client.line()).not.toMatch(/^\d{3}/);
      expect(trap.inbox.messages).toHaveLength(received);
      if (at === 'connect') expect(await client.reply()).toMatch(/^220/);
      expect(await client.say('NOOP')).toMatch(/^250/);
    }
    expect(fault.fired).toBe(1);
  });

  it('drips', async () => {
    const trap = await start(tls);
    trap.fault({ at, kind: 'drip', intervalMs: 1, times: 1 });
    const client = await leadTo(at, trap, tls);
    const reply = await client.reply();
    expect(reply).toMatch(REPLY_WHEN_WELL[at]);
    expect(trap.inbox.messages).toHaveLength(received);
    if (at === 'data') expect(await client.say('\r\n.')).toMatch(/^250/);
    else if (at !== 'starttls') expect(await client.say('NOOP')).toMatch(/^250/);
  });
});

describe('replies', () => {
  it.each<[FaultStage, string, string]>([
    ['greeting', '421', '554'],
    ['starttls', '454', '502'],
    ['auth', '454', '535'],
    ['mail', '451', '550'],
    ['rcpt', '451', '550'],
    ['data', '451', '554'],
    ['delivery', '451', '554'],
  ])('at %s are %s and %s', async (at, temporary, permanent) => {
    const tls = at === 'starttls' ? 'starttls' : 'none';
    const trap = await start(tls);
    trap.fault({ at, kind: '4xx', times: 1 });
    trap.fault({ at, kind: '5xx', times: 1 });
    const first = await leadTo(at, trap, tls === 'starttls' ? 'none' : tls);
    expect((await first.reply()).slice(0, 3)).toBe(temporary);
    const second = await leadTo(at, trap, tls === 'starttls' ? 'none' : tls);
    expect((await second.reply()).slice(0, 3)).toBe(permanent);
  });

  it('are what the test says, word for word', async () => {
    const trap = await start();
    trap.fault({
      at: 'auth',
      kind: '5xx',
      reply: '535-5.7.8 Username and\r\n535 5.7.8 Password not accepted',
    });
    const client = await leadTo('auth', trap);
    expect(await client.reply()).toBe('535-5.7.8 Username and\r\n535 5.7.8 Password not accepted');
  });

  it('of 421 end the connection', async () => {
    const trap = await start();
    trap.fault({ at: 'mail', kind: '4xx', reply: '421 4.7.0 Too many messages' });
    const client = await leadTo('mail', trap);
    expect(await client.reply()).toMatch(/^421/);
    expect(await client.closed).toBe('end');
  });

  it('of 421 after the message end the connection', async () => {
    const trap = await start();
    trap.fault({ at: 'delivery', kind: '4xx', reply: '421 4.7.0 Too many messages' });
    const client = await leadTo('delivery', trap);
    expect(await client.reply()).toMatch(/^421/);
    expect(await client.closed).toBe('end');
    expect(trap.inbox.messages).toEqual([]);
  });

  it.each<Fault>([
    { at: 'mail', kind: '4xx', reply: '550 No' },
    { at: 'mail', kind: '5xx', reply: 'No' },
    { at: 'ehlo', kind: 'reset', message: 1 },
  ])('and scopes that make no sense are a TypeError: $at $kind', async (fault) => {
    const trap = await start();
    expect(() => trap.fault(fault)).toThrow(TypeError);
  });
});

describe('pipelined commands', () => {
  const PIPELINE = 'MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n';

  async function pipeline(fault: Fault) {
    const trap = await start();
    trap.fault(fault);
    const client = connect(trap);
    await client.reply();
    await client.say('EHLO client.example');
    client.write(PIPELINE);
    return client;
  }

  it('fail at their own command: MAIL', async () => {
    const client = await pipeline({ at: 'mail', kind: '4xx' });
    expect(await client.reply()).toMatch(/^451/);
    expect(await client.reply()).toMatch(/^503/);
    expect(await client.reply()).toMatch(/^503/);
  });

  it('fail at their own command: RCPT', async () => {
    const client = await pipeline({ at: 'rcpt', kind: '5xx' });
    expect(await client.reply()).toMatch(/^250/);
    expect(await client.reply()).toMatch(/^550/);
    expect(await client.reply()).toMatch(/^503/);
  });

  it('fail at their own command: DATA', async () => {
    const client = await pipeline({ at: 'data', kind: '4xx' });
    expect(await client.reply()).toMatch(/^250/);
    expect(await client.reply()).toMatch(/^250/);
    expect(await client.reply()).toMatch(/^451/);
    expect(await client.say('RSET')).toMatch(/^250/);
  });

  it('keep their order behind a reply that drips', async () => {
    const client = await pipeline({ at: 'mail', kind: 'drip', intervalMs: 1 });
    expect(await client.reply()).toBe('250 Accepted');
    expect(await client.reply()).toBe('250 Accepted');
    expect(await client.reply()).toMatch(/^354/);
  });

  it('get no reply behind one that stalls', async () => {
    const client = await pipeline({ at: 'rcpt', kind: 'stall' });
    expect(await client.reply()).toMatch(/^250/);
    const rest = client.reply();
    client[Symbol.dispose]();
    await expect(rest).rejects.toThrow('closed');
  });
});

describe('scope', () => {
  it('is a number of times', async () => {
    const trap = await start();
    const fault = trap.fault({ at: 'mail', kind: '4xx', times: 2 });
    const client = await leadTo('mail', trap);
    expect(await client.reply()).toMatch(/^451/);
    expect(await client.say('MAIL FROM:<a@example.com>')).toMatch(/^451/);
    expect(await client.say('MAIL FROM:<a@example.com>')).toMatch(/^250/);
    expect(fault.fired).toBe(2);
  });

  it('is one connection', async () => {
    const trap = await start();
    const fault = trap.fault({ at: 'ehlo', kind: 'reset', connection: 2 });
    expect(await (await leadTo('ehlo', trap)).reply()).toMatch(/^250/);
    expect(await (await leadTo('ehlo', trap)).closed).toBe('ECONNRESET');
    expect(await (await leadTo('ehlo', trap)).reply()).toMatch(/^250/);
    expect(fault.fired).toBe(1);
  });

  it('is one message, whichever connection it comes on', async () => {
    const trap = await start();
    trap.fault({ at: 'delivery', kind: '5xx', message: 2 });
    expect(await (await leadTo('delivery', trap)).reply()).toMatch(/^250/);
    expect(await (await leadTo('delivery', trap)).reply()).toMatch(/^554/);
    expect(await (await leadTo('delivery', trap)).reply()).toMatch(/^250/);
    expect(trap.inbox.messages).toHaveLength(2);
  });

  it('ends when the fault is cleared', async () => {
    const trap = await start();
    const one = trap.fault({ at: 'mail', kind: '4xx', reply: '450 one' });
    trap.fault({ at: 'mail', kind: '4xx', reply: '450 two' });
    const client = await leadTo('mail', trap);
    expect(await client.reply()).toBe('450 one');
    one.clear();
    expect(await client.say('MAIL FROM:<a@example.com>')).toBe('450 two');
    trap.clearFaults();
    expect(await client.say('MAIL FROM:<a@example.com>')).toMatch(/^250/);
    await expect(one.waitUntilFired(2, { timeoutMs: 1 })).rejects.toThrow('fired 1 of 2 times within 1 ms');
  });

  it('closing the trap ends drips', async () => {
    const trap = await start();
    const fault = trap.fault({ at: 'greeting', kind: 'drip' });
    const client = connect(trap);
    await fault.waitUntilFired();
    await trap.close();
    await client.closed;
    expect(Buffer.concat(client.chunks).length).toBeLessThanOrEqual(1);
  });
});
