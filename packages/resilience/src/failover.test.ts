import { inspect } from 'node:util';
import { ConfigError, MailError, type MailErrorCode, type MailErrorDetails } from '@postern/core';
import { createMemoryTransport, startSmtpTrap, testEmail } from '@postern/testing';
import '@postern/testing/vitest';
import { createSmtpTransport } from '@postern/transport-smtp';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createEventRecorder } from './event-recorder.js';
import { type FailoverOptions, withFailover, withRetry } from './index.js';
import { createTestClock } from './test-clock.js';

const failure = (code: MailErrorCode = 'connection_failed', details: Partial<MailErrorDetails> = {}) =>
  new MailError(code, `It failed: ${code}.`, { stage: 'connect', ...details });

const setUp = (options: FailoverOptions = {}) => {
  const clock = createTestClock();
  const { events, logger } = createEventRecorder();
  const [main, backup] = ['main', 'backup'].map((name) => createMemoryTransport({ name, clock }));
  if (!main || !backup) throw new Error('There are two.');
  const transport = withFailover([main, backup], { clock, logger, ...options });
  onTestFinished(() => transport.close());
  /** Which transport took the email, or the code of the error. */
  const send = (email = testEmail()) =>
    transport.send(email).then(
      (receipt) => receipt.transport,
      (error: MailError) => error.code,
    );
  return { clock, events, main, backup, transport, send };
};

describe('a failover', () => {
  it('sends through the first transport while it works', async () => {
    const { main, backup, transport } = setUp();
    await expect(transport.send(testEmail())).resolves.toMatchObject({ transport: 'main', attempts: 1 });
    expect([main, backup].map(({ emails }) => emails.length)).toEqual([1, 0]);
  });

  it('tries the next transport, and the receipt has its name and the number of attempts', async () => {
    const { main, backup, transport } = setUp();
    main.failWith(failure());
    const email = testEmail();
    const receipt = await transport.send(email);
    expect(receipt).toMatchObject({ transport: 'backup', attempts: 2, messageId: email.messageId });
    expect(backup.emails[0]).toBe(email);
  });

  it('counts the attempts within a transport that retries', async () => {
    const clock = createTestClock({ isFree: true });
    const [main, backup] = [
      createMemoryTransport({ name: 'main' }),
      createMemoryTransport({ name: 'backup' }),
    ];
    const retried = withRetry(main, { clock, sleep: clock.sleep, maxAttempts: 4 });
    await using transport = withFailover([retried, backup]);
    main.failWith(failure());
    await expect(transport.send(testEmail())).resolves.toMatchObject({ transport: 'backup', attempts: 5 });
    backup.failWith(failure());
    await expect(transport.send(testEmail())).rejects.toMatchObject({ attempts: 5 });
  });

  it('is named after its transports', () => {
    expect(setUp().transport.name).toBe('failover(main, backup)');
  });

  it('stops with the last error if the email expires', async () => {
    const { clock, main, backup, transport } = setUp();
    const expiresAt = new Date(clock.now() + 1000);
    vi.spyOn(main, 'send').mockImplementation(async () => {
      clock.set(expiresAt.getTime());
      throw failure('timeout');
    });
    const error = await transport.send(testEmail({ expiresAt })).catch((reason: unknown) => reason);
    expect(error).toBeMailError('timeout');
    expect(backup.emails).toEqual([]);
  });

  it('stops if the signal is aborted', async () => {
    const { main, backup, transport } = setUp();
    const controller = new AbortController();
    vi.spyOn(main, 'send').mockImplementation(async () => {
      controller.abort();
      throw failure('timeout');
    });
    const error = await transport.send(testEmail(), { signal: controller.signal }).catch((e: unknown) => e);
    expect(error).toBeMailError('aborted', { retryable: false });
    expect(error).toMatchObject({ attempts: 1 });
    expect(backup.emails).toEqual([]);
  });

  it('starts no attempts while it closes', async () => {
    const { main, transport } = setUp();
    const { promise, reject } = Promise.withResolvers<never>();
    vi.spyOn(main, 'send').mockReturnValue(promise);
    const error = failure('timeout');
    const sent = expect(transport.send(testEmail())).rejects.toBe(error);
    const closed = transport.close();
    reject(error);
    await Promise.all([sent, closed]);
  });

  it('ends the waits of its transports when it is closed', async () => {
    const clock = createTestClock();
    const main = createMemoryTransport({ name: 'main', clock });
    const transport = withFailover([withRetry(main, { clock, sleep: clock.sleep })]);
    main.failWith(failure('timeout'));
    const sent = expect(transport.send(testEmail())).rejects.toBeMailError('timeout');
    await expect.poll(() => clock.sleeping).toBe(1);
    await transport.close();
    await sent;
  });

  it('does not treat a bug as a failure', async () => {
    const { main, backup, transport } = setUp();
    vi.spyOn(main, 'send').mockRejectedValue(new TypeError('x is not a function'));
    await expect(transport.send(testEmail())).rejects.toThrow(TypeError);
    expect(backup.emails).toEqual([]);
  });
});

describe('when no transport takes the email', () => {
  it('fails with the error that may still succeed, and lists all errors', async () => {
    const { main, backup, transport } = setUp();
    const errors = [failure('auth_failed', { hint: 'Look.' }), failure('timeout', { stage: 'greeting' })];
    [main, backup].forEach((child, index) => {
      child.failWith(errors[index] ?? failure());
    });
    const error = await transport.send(testEmail()).catch((reason: unknown) => reason);
    expect(error).toBeMailError('timeout', { stage: 'greeting', retryable: true });
    expect(error).toMatchObject({
      message: [
        'No transport accepted the email:',
        'main: It failed: auth_failed.',
        'backup: It failed: timeout.',
      ].join('\n  '),
      attempts: 2,
      cause: { errors },
    });
  });

  it.each<[string, MailErrorCode, MailErrorCode, MailErrorCode]>([
    ['none may succeed later: the first', 'auth_failed', 'tls_failed', 'auth_failed'],
    ['one may have delivered it', 'delivery_unknown', 'connection_failed', 'delivery_unknown'],
    [
      'one may have delivered it, another refuses it',
      'delivery_unknown',
      'recipient_rejected',
      'delivery_unknown',
    ],
    ['the last one refuses it for good', 'timeout', 'recipient_rejected', 'recipient_rejected'],
    ['the last one finds it too late', 'timeout', 'expired', 'expired'],
    ['it is aborted at the last one', 'delivery_unknown', 'aborted', 'aborted'],
  ])('and %s', async (_why, first, second, expected) => {
    const { main, backup, transport } = setUp();
    main.failWith(failure(first));
    backup.failWith(failure(second));
    await expect(transport.send(testEmail())).rejects.toBeMailError(expected);
  });
});

describe('the circuit of a transport', () => {
  const down = { failureThreshold: 3, probeAfterMs: 1000 };

  it('opens after consecutive failures, and the transport is then skipped', async () => {
    const { main, transport, send } = setUp(down);
    const failing = main.failWith(failure());
    for (let sent = 0; sent < 10; sent += 1) expect(await send()).toBe('backup');
    expect(failing.fired).toBe(3);
    await expect(transport.send(testEmail())).resolves.toMatchObject({ attempts: 1 });
  });

  it('stays closed when the failures are not in a row', async () => {
    const { main, send } = setUp(down);
    for (let round = 0; round < 5; round += 1) {
      const failing = main.failWith(failure(), { times: 2 });
      expect([await send(), await send(), await send()]).toEqual(['backup', 'backup', 'main']);
      expect(failing.fired).toBe(2);
    }
  });

  it('lets one probe through at a time, and no email waits for it', async () => {
    const { clock, main, send } = setUp(down);
    main.failWith(failure(), { times: 3 });
    for (let sent = 0; sent < 3; sent += 1) await send();
    await clock.turn(1000);
    const { promise, resolve } = Promise.withResolvers<void>();
    const { send: deliver } = main;
    const asked = vi.spyOn(main, 'send').mockImplementation(async (...args) => {
      await promise;
      return deliver(...args);
    });
    const probe = send();
    expect(await Promise.all([send(), send(), send()])).toEqual(['backup', 'backup', 'backup']);
    expect(asked).toHaveBeenCalledTimes(1);
    resolve();
    expect(await probe).toBe('main');
    expect(await send()).toBe('main');
  });

  it('is not probed before its time, and opens again when the probe fails', async () => {
    const { clock, events, main, send } = setUp(down);
    const failing = main.failWith(failure());
    for (let sent = 0; sent < 3; sent += 1) await send();
    for (let probes = 1; probes <= 3; probes += 1) {
      await clock.turn(999);
      await send();
      expect(failing.fired).toBe(2 + probes);
      await clock.turn(1);
      expect(await send()).toBe('backup');
      expect(failing.fired).toBe(3 + probes);
    }
    failing.clear();
    await clock.turn(1000);
    expect(await send()).toBe('main');
    const circuit = events.map(({ event }) => event).filter((event) => event.startsWith('circuit.'));
    const probed = ['circuit.half_open', 'circuit.open'];
    expect(circuit).toEqual([
      'circuit.open',
      ...probed,
      ...probed,
      ...probed,
      'circuit.half_open',
      'circuit.closed',
    ]);
  });

  it('is still open after a probe that was called off', async () => {
    const { clock, main, send } = setUp(down);
    main.failWith(failure(), { times: 3 });
    for (let sent = 0; sent < 3; sent += 1) await send();
    await clock.turn(1000);
    main.failWith(failure('aborted'), { times: 1 });
    expect(await send()).toBe('aborted');
    expect(await send()).toBe('backup');
    await clock.turn(1000);
    expect(await send()).toBe('main');
  });

  it('is probed when the clock was set back', async () => {
    const { clock, main, send } = setUp(down);
    main.failWith(failure(), { times: 3 });
    for (let sent = 0; sent < 3; sent += 1) await send();
    clock.set(clock.now() - 3_600_000);
    expect(await send()).toBe('main');
  });

  it('makes a send fail immediately if all are open, with the errors that opened them', async () => {
    const { main, backup, transport, send } = setUp({ failureThreshold: 1 });
    const failing = [
      main.failWith(failure('auth_failed', { hint: 'Look.', responseCode: 535 })),
      backup.failWith(failure('delivery_unknown')),
    ];
    await send();
    const error = await transport.send(testEmail()).catch((reason: unknown) => reason);
    // This one certainly did not arrive.
    expect(error).toBeMailError('connection_failed', { retryable: true });
    expect(error).toMatchObject({
      attempts: 0,
      cause: {
        errors: [
          { code: 'auth_failed', hint: 'Look.', retryable: false, attempts: 0 },
          { code: 'connection_failed', attempts: 0 },
        ],
      },
    });
    expect(failing.map(({ fired }) => fired)).toEqual([1, 1]);
  });

  it.each([
    ['aborted', { signal: AbortSignal.abort() }, {}],
    ['expired', {}, { expiresAt: new Date(0) }],
  ] as const)('that is open does not hide that an email is %s', async (code, options, overrides) => {
    const { main, backup, transport, send } = setUp({ failureThreshold: 1 });
    for (const child of [main, backup]) child.failWith(failure());
    await send();
    await expect(transport.send(testEmail(overrides), options)).rejects.toBeMailError(code);
  });

  it('belongs to that transport alone', async () => {
    const { main, backup, send } = setUp({ failureThreshold: 1 });
    main.failWith(failure());
    expect([await send(), await send()]).toEqual(['backup', 'backup']);
    backup.failWith(failure('recipient_rejected'), { times: 1 });
    expect([await send(), await send()]).toEqual(['recipient_rejected', 'backup']);
  });
});

describe('verify', () => {
  it('resolves when one transport is ready, and logs those that are not', async () => {
    const { events, main, transport } = setUp();
    vi.spyOn(main, 'verify').mockRejectedValue(failure('auth_failed'));
    await expect(transport.verify()).resolves.toBeUndefined();
    expect(events).toEqual([
      { event: 'transport.not_ready', transport: 'main', code: 'auth_failed', stage: 'connect' },
    ]);
  });

  it('fails if no transport is ready, and lists all errors', async () => {
    const { main, backup, transport } = setUp();
    vi.spyOn(main, 'verify').mockRejectedValue(failure('auth_failed'));
    vi.spyOn(backup, 'verify').mockRejectedValue(failure('timeout'));
    const error = await transport.verify().catch((reason: unknown) => reason);
    expect(error).toBeMailError('timeout');
    expect(error).toMatchObject({ cause: { errors: [{ code: 'auth_failed' }, { code: 'timeout' }] } });
  });
});

describe('over SMTP', () => {
  const setUpSmtp = async () => {
    const clock = createTestClock();
    const auth = { user: 'app', pass: 'hunter2hunter2' };
    const [main, backup] = await Promise.all([startSmtpTrap({ auth }), startSmtpTrap({ auth })]);
    const transport = withFailover(
      [main, backup].map(({ host, port, certificate }, index) =>
        createSmtpTransport(
          { host, port, tls: { ca: certificate }, auth },
          { name: ['main', 'backup'][index] },
        ),
      ),
      { clock, failureThreshold: 2, probeAfterMs: 30_000 },
    );
    onTestFinished(async () => {
      await transport.close();
      await Promise.all([main.close(), backup.close()]);
    });
    return { clock, main, backup, transport };
  };

  it('skips a provider that is down, and takes it back when it is up', async () => {
    const { clock, main, backup, transport } = await setUpSmtp();
    const outage = main.fault({ at: 'connect', kind: 'reset' });
    for (let sent = 0; sent < 5; sent += 1) {
      expect((await transport.send(testEmail())).transport).toBe('backup');
    }
    expect([outage.fired, backup.inbox.messages.length]).toEqual([2, 5]);
    outage.clear();
    expect((await transport.send(testEmail())).transport).toBe('backup');
    await clock.turn(30_000);
    for (let sent = 0; sent < 2; sent += 1) {
      await expect(transport.send(testEmail())).resolves.toMatchObject({ transport: 'main', attempts: 1 });
    }
    expect(main).toHaveReceivedEmailCount(2);
  });

  it('continues if the password is wrong, without showing it', async () => {
    const { main, backup, transport } = await setUpSmtp();
    for (const trap of [main, backup]) trap.fault({ at: 'auth', kind: '5xx' });
    const email = testEmail();
    const error = await transport.send(email).catch((reason: unknown) => reason);
    expect(error).toBeMailError('auth_failed', { stage: 'auth', responseCode: 535, retryable: false });
    const told = inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error);
    for (const secret of ['hunter2hunter2', ...email.secrets]) expect(told).not.toContain(secret);
  });

  it.each([
    ['450 4.2.0 Recipient address rejected: Greylisted', '4xx', true],
    ['550 5.1.1 User unknown', '5xx', false],
  ] as const)(
    'does not ask another provider about a recipient that is refused (%s)',
    async (reply, kind, retryable) => {
      const { main, backup, transport } = await setUpSmtp();
      main.fault({ at: 'rcpt', kind, reply });
      await expect(transport.send(testEmail())).rejects.toBeMailError('recipient_rejected', { retryable });
      expect(backup.stats.connections).toBe(0);
    },
  );

  it('tries another provider if the server has a problem at RCPT', async () => {
    const { main, transport } = await setUpSmtp();
    main.fault({ at: 'rcpt', kind: '4xx', reply: '451 4.3.0 Temporary lookup failure' });
    expect((await transport.send(testEmail())).transport).toBe('backup');
  });

  it.each([
    ['SignIn', 2],
    ['OrganizationInvitation', 1],
  ])('leaves %s in %d places after a reset behind the final dot', async (type, copies) => {
    const { main, backup, transport } = await setUpSmtp();
    main.fault({ at: 'delivery', kind: 'reset', times: 1 });
    const email = testEmail({ type });
    await transport.send(email).catch((error: unknown) => expect(error).toBeMailError('delivery_unknown'));
    const arrived = [main, backup].flatMap((trap) => trap.inbox.messages);
    expect(arrived.map(({ messageId }) => messageId)).toEqual(Array(copies).fill(email.messageId));
  });
});

describe('the log', () => {
  it('has an event for each failover, without secrets or addresses', async () => {
    const { events, main, send } = setUp({ failureThreshold: 1, probeAfterMs: 1000 });
    main.failWith(failure('auth_failed', { responseCode: 535 }));
    const email = testEmail();
    await send(email);
    await send(email);
    const why = { code: 'auth_failed', stage: 'connect' };
    const { messageId, type } = email;
    const handedOn = { event: 'mail.failover', transport: 'main', next: 'backup', messageId, type };
    expect(events).toEqual([
      { event: 'circuit.open', transport: 'main', probeAfterMs: 1000, ...why, responseCode: 535 },
      { ...handedOn, to: 'a***@example.com', ...why, responseCode: 535 },
      { ...handedOn, to: 'a***@example.com', ...why, attempts: 0 },
    ]);
    for (const secret of [...email.secrets, email.to]) expect(JSON.stringify(events)).not.toContain(secret);
  });
});

describe('the options', () => {
  it.each<[string, object]>([
    ['failureThreshold', { failureThreshold: 0 }],
    ['probeAfterMs', { probeAfterMs: 0.5 }],
    ['mayDuplicate', { mayDuplicate: { SignIn: 1 } }],
  ])('are checked: %s', (option, options) => {
    const transports = [createMemoryTransport()];
    expect(() => withFailover(transports, options)).toThrow(ConfigError);
    expect(() => withFailover(transports, options)).toThrow(option);
  });

  it('require transports with unique names', () => {
    expect(() => withFailover([])).toThrow('at least one transport');
    const twins = [createMemoryTransport(), createMemoryTransport()];
    expect(() => withFailover(twins)).toThrow(ConfigError);
    expect(() => withFailover(twins)).toThrow('unique names, not memory, memory');
  });

  it('have defaults if they are undefined', async () => {
    const { clock, main, send } = setUp({ failureThreshold: undefined, probeAfterMs: undefined });
    const failing = main.failWith(failure());
    for (let sent = 0; sent < 5; sent += 1) await send();
    expect(failing.fired).toBe(3);
    await clock.turn(29_999);
    await send();
    expect(failing.fired).toBe(3);
    await clock.turn(1);
    await send();
    expect(failing.fired).toBe(4);
  });
});

describe('without a logger', () => {
  function listen() {
    const printed: string[] = [];
    const spy = vi
      .spyOn(console, 'error')
      .mockImplementation((...values) => void printed.push(values.map(String).join(' ')));
    onTestFinished(() => spy.mockRestore());
    return printed;
  }

  it('writes once what the next transport hides and only the operator can fix', async () => {
    const printed = listen();
    const { main, send } = setUp({ logger: undefined, failureThreshold: 1000 } as FailoverOptions);
    main.failWith(failure('auth_failed'));
    for (let time = 0; time < 3; time++) expect(await send()).toBe('backup');
    expect(printed).toEqual([expect.stringContaining('mail.failover (auth_failed, main)')]);
    expect(printed[0]).not.toContain(testEmail().to);
  });

  it('writes that a transport is skipped, and which one is not ready', async () => {
    const printed = listen();
    const { main, transport, send } = setUp({ logger: undefined, failureThreshold: 1 } as FailoverOptions);
    main.failWith(failure('connection_failed'));
    expect(await send()).toBe('backup');
    vi.spyOn(main, 'verify').mockRejectedValue(failure('connection_failed'));
    await transport.verify();
    expect(printed).toEqual([
      expect.stringContaining('circuit.open (connection_failed, main)'),
      expect.stringContaining('transport.not_ready (connection_failed, main)'),
    ]);
  });
});
