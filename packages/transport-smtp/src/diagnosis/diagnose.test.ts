import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import '@postern/testing/vitest';
import type { SmtpTrap, SmtpTrapOptions } from '@postern/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createStage, HOST } from '../../fixtures/stage.js';
import {
  applyConfigPatch,
  type DiagnoseConfig,
  type DiagnoseOptions,
  type Diagnosis,
  type DiagnosisFacts,
  type DiagnosisStep,
  type DiagnosisStepName,
  type DnsResolver,
  diagnose,
} from '../index.js';

const auth = { user: 'noreply@example.com', pass: 'correct-horse-battery' };

async function setUp(trapOptions: SmtpTrapOptions = {}) {
  const stage = createStage();
  onTestFinished(() => stage[Symbol.asyncDispose]());
  const trap = await stage.trap(587, { auth, ...trapOptions });
  const config = {
    host: HOST,
    port: trap.port,
    auth,
    tls: { ca: trap.certificate },
    fromEmail: 'Example <noreply@example.com>',
  };
  const run = (own: DiagnoseConfig = {}, options: DiagnoseOptions = {}) =>
    diagnose(
      { ...config, ...own },
      { lookup: stage.lookup, resolver: stage.resolver, alternativePorts: [], ...options },
    );
  return { stage, trap, config, run };
}

const namesOf = ({ steps }: Diagnosis) => steps.map(({ name }) => name);

function stepOf<Name extends DiagnosisStepName>(
  { steps }: Diagnosis,
  name: Name,
): Extract<DiagnosisStep, { name: Name }> {
  const step = steps.find((each): each is Extract<DiagnosisStep, { name: Name }> => each.name === name);
  return step ?? expect.unreachable(`there is no step ${name}`);
}

const commandsOf = (trap: SmtpTrap) => trap.sessions.flatMap(({ commands }) => commands);

type Zone = Record<string, readonly string[] | Error>;

/** A DNS resolver with the given records. */
const zone = (records: Zone): DnsResolver => {
  const answer = async (name: string) => {
    const found = records[name] ?? Object.assign(new Error('queryTxt ENODATA'), { code: 'ENODATA' });
    if (found instanceof Error) throw found;
    return found;
  };
  return {
    resolveMx: async (name) => (await answer(`mx ${name}`)).map((exchange) => ({ exchange, priority: 10 })),
    resolveTxt: async (name) => (await answer(name)).map((text) => [text]),
  };
};

describe('the steps', () => {
  it('follow the delivery path up to the message', async () => {
    const { trap, run } = await setUp();
    const live: DiagnosisStep[] = [];
    const diagnosis = await run({}, { to: 'ada@example.org', onStep: (step) => live.push(step) });
    expect(namesOf(diagnosis)).toEqual([
      'config',
      'dns',
      'connect',
      'greeting',
      'tls',
      'ehlo',
      'auth',
      'mail',
      'rcpt',
      'mx',
      'spf',
      'dmarc',
    ]);
    expect(diagnosis.verdict).toBe('ready');
    expect(live).toEqual(diagnosis.steps);
    expect(JSON.parse(JSON.stringify(diagnosis))).toEqual(diagnosis);
    // The second connection inspects the certificate.
    expect(trap.sessions[0]?.commands.slice(3)).toEqual([
      'AUTH PLAIN [hidden]',
      'MAIL FROM:<noreply@example.com>',
      'RCPT TO:<ada@example.org>',
      'QUIT',
    ]);
    expect(trap.inbox.messages).toEqual([]);
  });

  it('check two test addresses without a recipient', async () => {
    const { trap, run } = await setUp();
    const diagnosis = await run();
    expect(commandsOf(trap).filter((line) => /^(?:RCPT|DATA)/.test(line))).toEqual([
      'RCPT TO:<noreply@example.com>',
      'RCPT TO:<postmaster@example.org>',
    ]);
    expect(stepOf(diagnosis, 'rcpt')).toMatchObject({
      status: 'passed',
      summary: expect.stringContaining('no specific recipient was checked'),
    });
    expect(trap.inbox.messages).toEqual([]);
  });

  it('detect that the server requires a login to relay', async () => {
    const { stage, run } = await setUp();
    const port = await stage.scripted(25, (line) =>
      line === 'RCPT TO:<postmaster@example.org>' ? '550 relay not permitted' : undefined,
    );
    const diagnosis = await run({ host: 'localhost', port, auth: {} });
    expect(diagnosis).toMatchObject({ verdict: 'broken', problem: { code: 'sender_rejected' } });
    expect(diagnosis.problem?.hint).toContain('set auth.user and auth.pass');
  });

  it.each(['mail', 'rcpt'] as const)('fail at the step that loses the connection (%s)', async (at) => {
    const { trap, run } = await setUp();
    trap.fault({ at, kind: 'reset' });
    const diagnosis = await run({}, { to: 'ada@example.org' });
    expect(diagnosis.steps.filter(({ status }) => status === 'failed').map(({ name }) => name)).toEqual([at]);
    expect(new Set(namesOf(diagnosis)).size).toBe(diagnosis.steps.length);
  });

  it('start with TLS for implicit TLS', async () => {
    const { run } = await setUp({ tls: 'implicit' });
    const diagnosis = await run({ secure: true });
    expect(namesOf(diagnosis).slice(2, 7)).toEqual(['connect', 'tls', 'greeting', 'ehlo', 'auth']);
    expect(stepOf(diagnosis, 'tls').facts?.mode).toBe('implicit');
  });

  it('report the certificate and capabilities of the server', async () => {
    const { run } = await setUp({ size: 20_000_000 });
    const diagnosis = await run();
    expect(stepOf(diagnosis, 'dns').facts).toEqual({ a: ['127.0.0.1'], aaaa: [] });
    const { certificate, ...tls } = stepOf(diagnosis, 'tls').facts ?? expect.unreachable();
    expect(tls).toEqual({ mode: 'starttls', version: 'TLSv1.3', cipher: expect.stringMatching(/^TLS_/) });
    expect(certificate).toMatchObject({ names: [HOST], issuer: HOST, chain: [HOST] });
    expect(certificate.daysLeft).toBeGreaterThan(300);
    expect(stepOf(diagnosis, 'ehlo').facts).toEqual({
      capabilities: expect.arrayContaining(['SIZE 20000000']),
      size: 20_000_000,
      eightBitMime: true,
      smtpUtf8: true,
      auth: ['PLAIN', 'LOGIN', 'XOAUTH2'],
    } satisfies DiagnosisFacts['ehlo']);
    expect(stepOf(diagnosis, 'auth').response).toMatch(/^235 /);
  });

  it('skip the steps that the config does not need', async () => {
    const { trap, run } = await setUp({ auth: undefined });
    const diagnosis = await run({ auth: {}, fromEmail: undefined }, { to: 'ada@example.org' });
    expect(namesOf(diagnosis).slice(-1)).toEqual(['auth']);
    expect(stepOf(diagnosis, 'auth').status).toBe('skipped');
    expect(diagnosis.verdict).toBe('ready');
    expect(commandsOf(trap)).not.toContainEqual(expect.stringMatching(/^(?:AUTH|MAIL|RCPT|DATA)/));
  });

  it('check the domain of the sender even if the server fails', async () => {
    const { trap, run } = await setUp();
    trap.fault({ at: 'auth', kind: '5xx' });
    expect(namesOf(await run()).slice(-4)).toEqual(['auth', 'mx', 'spf', 'dmarc']);
  });

  it('accept a whole connector config and ignore its templates', async () => {
    const { run } = await setUp();
    const templates = [{ usageType: 'SignIn', contentType: 'text/html', subject: '{{', content: '' }];
    const diagnosis = await run({ templates, replyTo: '' } as DiagnoseConfig);
    expect(stepOf(diagnosis, 'config').problems).toEqual([]);
    expect(diagnosis.verdict).toBe('ready');
  });

  it('report every problem of the config, and values that are not a config', async () => {
    const { run } = await setUp();
    const diagnosis = await run({ port: 'smtp', fromEmail: 'not-an-address', hosst: 'x' } as DiagnoseConfig);
    expect(stepOf(diagnosis, 'config').problems.map(({ severity, path }) => [severity, path?.[0]])).toEqual([
      ['error', 'port'],
      ['error', 'fromEmail'],
      ['warning', 'hosst'],
    ]);
    expect(namesOf(diagnosis)).toEqual(['config']);
    const none = await diagnose(null as unknown as DiagnoseConfig); // what JSON.parse may return
    expect(none).toMatchObject({ verdict: 'broken', problem: { code: 'config_invalid' } });
  });

  it('warn about a certificate that is not verified', async () => {
    const { run } = await setUp();
    const diagnosis = await run({ tls: { rejectUnauthorized: false } });
    expect(stepOf(diagnosis, 'tls')).toMatchObject({
      status: 'warning',
      problems: [{ hint: expect.stringContaining('tls.ca') }],
    });
  });

  it('warn about plain text', async () => {
    const { run } = await setUp({ tls: 'none' });
    const diagnosis = await run({ ignoreTLS: true });
    expect(stepOf(diagnosis, 'tls')).toMatchObject({
      status: 'warning',
      problems: [{ severity: 'warning', hint: 'Remove ignoreTLS.' }],
    });
    expect(diagnosis.verdict).toBe('ready');
  });

  it('log in over plain text only with plaintextAuth: "warn"', async () => {
    const { trap, run } = await setUp({ tls: 'none' });
    const refused = await run();
    expect(stepOf(refused, 'tls').status).toBe('failed');
    expect(trap.stats.logins).toBe(0);
    const diagnosis = await run({}, { plaintextAuth: 'warn' });
    expect(stepOf(diagnosis, 'tls')).toMatchObject({
      status: 'warning',
      problems: [{ severity: 'warning', message: expect.stringContaining('The password and all emails') }],
    });
    expect(stepOf(diagnosis, 'auth').status).toBe('passed');
    expect(diagnosis.verdict).toBe('ready');
  });

  it('send a non-ASCII address only if the server supports it', async () => {
    const able = await setUp();
    const sent = await able.run({}, { to: 'jörg@example.org' });
    expect(stepOf(sent, 'rcpt').status).toBe('passed');
    const unable = await setUp({ hideExtensions: ['SMTPUTF8'] });
    const diagnosis = await unable.run({}, { to: 'jörg@example.org' });
    expect(stepOf(diagnosis, 'rcpt')).toMatchObject({
      status: 'failed',
      summary: expect.stringContaining('SMTPUTF8'),
    });
    expect(commandsOf(unable.trap)).not.toContainEqual(expect.stringMatching(/^RCPT/));
  });
});

describe('an alternative', () => {
  it('is tried without credentials and reported', async () => {
    const { stage, run } = await setUp();
    const [plain, other] = [await stage.trap(25, { auth }), await stage.trap(465, { auth, tls: 'implicit' })];
    const closed = await stage.closed(2525);
    const diagnosis = await run(
      { port: closed, tls: { ca: [plain.certificate, other.certificate] } },
      {
        alternativePorts: [
          { port: plain.port, secure: true },
          { port: other.port, secure: true },
        ],
      },
    );
    expect(diagnosis.problem?.patch).toEqual({ port: other.port, secure: true });
    expect(diagnosis.problem?.alternatives?.map(({ works }) => works)).toEqual([false, true]);
    expect(commandsOf(other).map((line) => line.split(' ')[0])).toEqual(['EHLO', 'QUIT']);
    expect([plain.stats.logins, other.stats.logins]).toEqual([0, 0]);
  });

  it('is tried with TLS, regardless of the config', async () => {
    const { stage, trap, run } = await setUp();
    const port = await stage.closed(25);
    const own = { port, ignoreTLS: true };
    const { problem } = await run(own, { alternativePorts: [{ port: trap.port, secure: false }] });
    expect(problem?.patch).toEqual({ port: trap.port, secure: false, ignoreTLS: null });
    expect(problem?.hint).toContain('"secure": false, and remove ignoreTLS');
    const fixed = applyConfigPatch<DiagnoseConfig>(own, problem?.patch ?? {});
    expect((await run(fixed)).verdict).toBe('ready');
    expect(trap.sessions.at(-1)?.secure).toBe(true);
  });

  it('is not tried if the server gave a reason', async () => {
    const { trap, run } = await setUp();
    trap.fault({ at: 'greeting', kind: '5xx' });
    const { problem } = await run({}, { alternativePorts: [{ port: trap.port, secure: true }] });
    expect(problem).not.toHaveProperty('alternatives');
    expect(trap.stats.connections).toBe(1);
  });
});

describe('OAuth2', () => {
  async function startTokenEndpoint(status: number, body: unknown) {
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(status, { connection: 'close' }).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`; // listening on TCP
  }
  const token = (accessUrl: string) => ({
    user: 'noreply@example.com',
    clientId: 'client',
    clientSecret: 'client-secret',
    refreshToken: 'refresh-secret',
    accessUrl,
  });

  it('logs in with a fetched token and does not reveal it', async () => {
    const { run } = await setUp({ auth: { user: 'noreply@example.com', accessToken: 'ya29.access-secret' } });
    const url = await startTokenEndpoint(200, { access_token: 'ya29.access-secret', expires_in: 3600 });
    const diagnosis = await run({ auth: token(url) });
    expect(diagnosis.verdict).toBe('ready');
    expect(JSON.stringify(diagnosis)).not.toContain('-secret');
  });

  it.each([
    { status: 400, body: { error: 'invalid_grant' }, verdict: 'broken' },
    { status: 503, body: 'busy', verdict: 'temporary' },
  ])('is $verdict if the token endpoint returns $status', async ({ status, body, verdict }) => {
    const { run } = await setUp();
    const diagnosis = await run({ auth: token(await startTokenEndpoint(status, body)) });
    expect(diagnosis).toMatchObject({ verdict, problem: { code: 'auth_failed' } });
    expect(namesOf(diagnosis)).toContain('auth');
  });
});

describe('secrets', () => {
  it('never appear, even if the server repeats them', async () => {
    const { trap, run } = await setUp();
    const encoded = Buffer.from(`\0${auth.user}\0${auth.pass}`).toString('base64');
    trap.fault({ at: 'auth', kind: '5xx', reply: `535 5.7.8 ${auth.pass} ${encoded} is wrong` });
    const live: DiagnosisStep[] = [];
    const shown = JSON.stringify([await run({}, { onStep: (step) => live.push(step) }), live]);
    expect(shown).toContain('535 5.7.8');
    expect(shown).not.toContain(auth.pass);
    expect(shown).not.toContain(encoded);
  });

  it('do not appear in positive replies', async () => {
    const { stage, run } = await setUp();
    const port = await stage.scripted(25, (line) => {
      if (line.startsWith('EHLO')) return '250-Hello\r\n250 AUTH PLAIN';
      if (line.startsWith('AUTH')) return `235 Welcome, ${auth.pass}`;
      return line.startsWith('RCPT') ? '250 <ada@example.org> is fine' : undefined;
    });
    const diagnosis = await run({ host: 'localhost', port }, { to: 'ada@example.org' });
    expect(stepOf(diagnosis, 'auth').response).toBe('235 Welcome, [hidden]');
    expect(stepOf(diagnosis, 'rcpt').response).toBe('250 <a***@example.org> is fine');
  });

  it('are removed, and long replies are shortened', async () => {
    const { stage, run } = await setUp();
    const [long, many] = ['x'.repeat(100_000), '250-X\r\n'.repeat(10_000)];
    const port = await stage.scripted(25, (line) => {
      if (line.startsWith('EHLO')) return `250-Hello\r\n${many}250-${long}\r\n250 AUTH PLAIN`;
      return line.startsWith('MAIL') ? `250 ${long}` : undefined;
    });
    const diagnosis = await run({ host: 'localhost', port });
    expect(stepOf(diagnosis, 'ehlo').facts?.auth).toEqual(['PLAIN']);
    expect(diagnosis.verdict).toBe('ready');
    expect(JSON.stringify(diagnosis).length).toBeLessThan(20_000);
  });

  it('include the recipient, which is masked', async () => {
    const { trap, run } = await setUp();
    trap.fault({ at: 'rcpt', kind: '5xx', reply: '550 5.1.1 <ada@example.org> ADA@EXAMPLE.ORG is unknown' });
    const shown = JSON.stringify(await run({}, { to: 'ada@example.org' }));
    expect(shown).toContain('a***@example.org');
    expect(shown.toLowerCase()).not.toContain('ada@example.org');
  });

  it('include a username that is a token', async () => {
    const user = '0123456789ABCDEF-token';
    const { run } = await setUp({ auth: { ...auth, user } });
    expect(JSON.stringify(await run({ auth: { ...auth, user } }))).not.toContain(user);
  });
});

describe('timing', () => {
  it('ends the whole diagnosis at the deadline', async () => {
    const { trap, run } = await setUp();
    trap.fault({ at: 'greeting', kind: 'drip', intervalMs: 200 });
    const diagnosis = await run({}, { deadlineMs: 2000 });
    expect(diagnosis.problem).toMatchObject({ code: 'timeout' });
    expect(diagnosis.steps.find(({ status }) => status === 'failed')?.name).toBe('greeting');
  });

  it('warns about a slow step and continues', { timeout: 30_000 }, async () => {
    const stage = createStage('localhost');
    onTestFinished(() => stage[Symbol.asyncDispose]());
    const delays: NodeJS.Timeout[] = [];
    const port = await stage.scripted(587, (line, socket) => {
      if (!line.startsWith('EHLO')) return undefined;
      delays.push(setTimeout(() => socket.write('250-Hello\r\n250 SIZE\r\n'), 5600));
      return '';
    });
    const { lookup, resolver } = stage;
    const config = { host: 'localhost', port, fromEmail: 'noreply@example.com' };
    const diagnosis = await diagnose(config, { lookup, resolver, alternativePorts: [] });
    expect(diagnosis.verdict).toBe('ready');
    expect(stepOf(diagnosis, 'ehlo')).toMatchObject({
      status: 'warning',
      problems: [{ severity: 'warning', message: 'This step is slow: it took 6 s.' }],
    });
  });

  it.each(['connect', 'ehlo', 'auth', 'rcpt'] as const)(
    'stops immediately when the signal is aborted (%s)',
    async (at) => {
      const { trap, run } = await setUp();
      const fault = trap.fault({ at, kind: 'stall' });
      const controller = new AbortController();
      const running = run({}, { to: 'ada@example.org', signal: controller.signal, deadlineMs: 60_000 });
      await fault.waitUntilFired();
      controller.abort();
      await expect(running).rejects.toBeMailError('aborted');
      await trap.waitForConnectionClose();
    },
  );

  it('stops when the signal is aborted during a DNS lookup', async () => {
    const { run } = await setUp();
    const controller = new AbortController();
    const asked = Promise.withResolvers<void>();
    const never = () => {
      asked.resolve();
      return new Promise<never>(() => {});
    };
    const resolver = { resolveMx: never, resolveTxt: never };
    const running = run({}, { resolver, signal: controller.signal, deadlineMs: 60_000 });
    await asked.promise;
    controller.abort();
    await expect(running).rejects.toBeMailError('aborted');
    await expect(run({}, { signal: controller.signal })).rejects.toBeMailError('aborted');
  });

  it('throws the error of onStep', async () => {
    const { trap, run } = await setUp();
    const fail = ({ name }: DiagnosisStep) => {
      if (name === 'greeting') throw new Error('no terminal');
    };
    await expect(run({}, { onStep: fail })).rejects.toThrow('no terminal');
    await trap.waitForConnectionClose();
  });

  it('throws the error of onStep for an invalid config', async () => {
    const fail = () => {
      throw new Error('no terminal');
    };
    await expect(diagnose({}, { onStep: fail })).rejects.toThrow('no terminal');
  });

  it.each(['starttls', 'implicit'] as const)('stops when onStep aborts at any step (%s)', async (tls) => {
    const { trap, run } = await setUp({ tls });
    for (const at of ['config', 'dns', 'connect', 'greeting', 'tls', 'ehlo', 'auth', 'mail', 'rcpt', 'mx']) {
      const controller = new AbortController();
      const seen: string[] = [];
      const onStep = ({ name }: DiagnosisStep) => {
        seen.push(name);
        if (name === at) controller.abort();
      };
      const { signal } = controller;
      const running = run({ secure: tls === 'implicit' }, { to: 'ada@example.org', signal, onStep });
      await expect(running, at).rejects.toBeMailError('aborted');
      await trap.waitUntil(({ openConnections }) => openConnections === 0);
      expect(seen.at(-1)).toBe(at);
    }
  });

  it('reports no more steps after it ends', async () => {
    const { trap, run } = await setUp();
    const controller = new AbortController();
    const asked = Promise.withResolvers<void>();
    const never = () => {
      asked.resolve();
      return new Promise<never>(() => {});
    };
    const seen: string[] = [];
    const running = run(
      {},
      {
        resolver: { resolveMx: never, resolveTxt: never },
        signal: controller.signal,
        onStep: ({ name }) => void seen.push(name),
      },
    );
    await trap.waitForConnectionClose();
    controller.abort();
    await expect(running).rejects.toBeMailError('aborted');
    const count = seen.length;
    for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
    expect(seen).toHaveLength(count);
  });

  it('rejects invalid options', async () => {
    const { run } = await setUp();
    await expect(run({}, { deadlineMs: 0 })).rejects.toBeMailError('config_invalid');
    await expect(run({}, { to: 'ada@example.org, bob@example.org' })).rejects.toBeMailError(
      'recipient_invalid',
    );
  });
});

describe('the domain of the sender', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const published = `v=DKIM1; k=rsa; p=${publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`;
  const dkim = { domainName: 'example.com', keySelector: 'post', privateKey: pem };
  const good = {
    'mx example.com': ['mail.example.com'],
    'example.com': ['some verification', 'v=spf1 include:_spf.example.net ~all'],
    'post._domainkey.example.com': [published],
    '_dmarc.example.com': ['v=DMARC1; p=quarantine; rua=mailto:d@example.com'],
  };
  const look = async (records: Zone, own: DiagnoseConfig = {}) => {
    const { run } = await setUp();
    const diagnosis = await run({ dkim, ...own }, { resolver: zone(records) });
    const steps = diagnosis.steps.filter(({ name }) => /^(?:mx|spf|dkim|dmarc)$/.test(name));
    return { diagnosis, statuses: Object.fromEntries(steps.map(({ name, status }) => [name, status])) };
  };

  it('passes with MX, SPF, the matching DKIM key, and DMARC', async () => {
    const { diagnosis, statuses } = await look(good);
    expect(statuses).toEqual({ mx: 'passed', spf: 'passed', dkim: 'passed', dmarc: 'passed' });
    expect(stepOf(diagnosis, 'mx').facts).toEqual({ records: ['10 mail.example.com'] });
    expect(stepOf(diagnosis, 'spf').facts).toEqual({ record: good['example.com'][1] });
    expect(stepOf(diagnosis, 'dmarc').facts?.policy).toBe('quarantine');
  });

  it('leads to warnings without any records', async () => {
    const { diagnosis, statuses } = await look({});
    expect(statuses).toEqual({ mx: 'warning', spf: 'warning', dkim: 'warning', dmarc: 'warning' });
    expect(stepOf(diagnosis, 'dkim').problems[0]?.hint).toContain(published);
    expect(JSON.stringify(diagnosis)).not.toContain('PRIVATE KEY');
    expect(diagnosis.verdict).toBe('ready');
  });

  it('inherits the DMARC policy of its parent domain', async () => {
    const { statuses } = await look(good, { fromEmail: 'noreply@mail.example.com' });
    expect(statuses).toMatchObject({ dmarc: 'passed' });
  });

  it.each([
    ['another DKIM key', { 'post._domainkey.example.com': ['v=DKIM1; p=MIIB'] }, 'dkim', /does not match/],
    ['two SPF records', { 'example.com': ['v=spf1 -all', 'v=spf1 ~all'] }, 'spf', /2 SPF records/],
    ['an SPF record for everyone', { 'example.com': ['v=spf1 +all'] }, 'spf', /allows any server to send/],
  ] as const)('leads to a warning for %s', async (_what, records, name, says) => {
    const { diagnosis } = await look({ ...good, ...records });
    expect(stepOf(diagnosis, name)).toMatchObject({
      status: 'warning',
      problems: [{ message: expect.stringMatching(says) }],
    });
  });

  const failing = (code: string) => Object.assign(new Error(`queryTxt ${code}`), { code });

  it.each([
    'ESERVFAIL',
    'EREFUSED',
    'ETIMEOUT',
    'ECONNREFUSED',
    'ENOTIMP',
    'EFORMERR',
    'EBADRESP',
    'ECANCELLED',
  ])('is skipped if DNS does not answer (%s)', async (code) => {
    const broken = failing(code);
    const { statuses } = await look({ ...good, 'example.com': broken, '_dmarc.example.com': broken });
    expect(statuses).toEqual({ mx: 'passed', spf: 'skipped', dkim: 'passed', dmarc: 'skipped' });
  });

  it('is reported as missing only if DNS does not know the domain', async () => {
    const nowhere = { ...good, 'mx example.com': failing('ENOTFOUND'), 'example.com': failing('ENOTFOUND') };
    const { diagnosis } = await look(nowhere);
    for (const name of ['mx', 'spf'] as const)
      expect(stepOf(diagnosis, name).summary).toBe('the domain example.com does not exist');
    const empty = await look({});
    expect(stepOf(empty.diagnosis, 'mx').summary).toBe('example.com has no mail server');
    // A missing key or policy does not mean that the domain does not exist.
    const unsigned = await look({ ...good, '_dmarc.example.com': failing('ENOTFOUND') });
    expect(stepOf(unsigned.diagnosis, 'dmarc').summary).toBe('example.com has no DMARC policy');
  });

  it('is the domain of envelopeFrom for MX and SPF, and of fromEmail for DKIM and DMARC', async () => {
    const { 'mx example.com': mx, 'example.com': texts, ...visible } = good;
    const { diagnosis, statuses } = await look(
      { ...visible, 'mx bounce.example.net': mx, 'bounce.example.net': texts },
      { envelopeFrom: 'bounces@Bounce.example.net' },
    );
    expect(statuses).toEqual({ mx: 'passed', spf: 'passed', dkim: 'passed', dmarc: 'passed' });
    expect(stepOf(diagnosis, 'spf').tried).toBe('Look up the SPF record of bounce.example.net');
  });
});
