import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { type LogEvent, MailError, parseRecipient } from '@postern/core';
import { testEmail } from '@postern/testing';
import '@postern/testing/vitest';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSmtpTransport, type SmtpTransportConfig, type SmtpTransportOptions } from './index.js';

/** The reply to a line on a connection. `undefined` means the default reply. */
type Script = (line: string, connection: { number: number; socket: Socket }) => string | undefined;

/** A server for invalid behavior that the trap does not support. */
async function startScriptedServer(
  script: Script,
  options: SmtpTransportOptions = { maxConnections: 1 },
  config: SmtpTransportConfig = {},
  { offersPipelining = true } = {},
) {
  const stats = { connections: 0, open: 0, peak: 0, delivered: [] as number[], turns: 0 };
  const server = createServer((socket) => {
    stats.connections += 1;
    stats.open += 1;
    stats.peak = Math.max(stats.peak, stats.open);
    const connection = { number: stats.connections, socket };
    let isContent = false;
    const politely = (line: string): string => {
      if (isContent) {
        if (line !== '.') return '';
        isContent = false;
        stats.delivered.push(connection.number);
        return '250 Delivered';
      }
      if (line.startsWith('EHLO')) return offersPipelining ? '250-Hi\r\n250 PIPELINING' : '250 Hi';
      if (line.startsWith('QUIT')) return '221 Bye';
      return line === 'DATA' ? '354 Send the message' : '250 OK';
    };
    let rest = '';
    socket.on('error', () => {});
    socket.once('finish', () => {
      stats.open -= 1;
    });
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      stats.turns += 1;
      const lines = (rest + chunk).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const reply = (isContent && line !== '.' ? undefined : script(line, connection)) ?? politely(line);
        if (line === '.') isContent = false;
        if (reply.startsWith('354')) isContent = true;
        if (reply && socket.writable) socket.write(`${reply}\r\n`);
      }
    });
    socket.write('220 Ready\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // listening on TCP
  const transport = createSmtpTransport({ host: '127.0.0.1', port, ...config }, options);
  onTestFinished(async () => {
    await transport.close();
    server.close();
    await once(server, 'close');
  });
  return { transport, stats };
}

it.each([
  { offersPipelining: true, turns: 2 },
  { offersPipelining: false, turns: 4 },
])(
  'sends a message in $turns turns (PIPELINING offered: $offersPipelining)',
  async ({ offersPipelining, turns }) => {
    const { transport, stats } = await startScriptedServer(() => undefined, {}, {}, { offersPipelining });
    await transport.send(testEmail());
    const before = stats.turns;
    await transport.send(testEmail());
    expect(stats.turns - before).toBe(turns);
  },
);

it.each([0, 1, 2, 3, 4, 5])('sends messages around %i × 16 KB', async (count) => {
  const { transport, stats } = await startScriptedServer(() => undefined);
  for (const extra of [0, 15_000])
    await transport.send(testEmail({ text: 'A line.\n'.repeat(count * 2048) + 'x'.repeat(extra) }));
  expect(stats.delivered).toEqual([1, 1]);
});

it('reuses a connection to a server that accepts content without a recipient', async () => {
  const { transport, stats } = await startScriptedServer((line) =>
    line.startsWith('RCPT TO:<unknown@') ? '550 5.1.1 No such user' : undefined,
  );
  await expect(transport.send(testEmail({ to: 'unknown@example.com' }))).rejects.toBeMailError(
    'recipient_rejected',
    { responseCode: 550 },
  );
  await transport.send(testEmail());
  expect(stats.connections).toBe(1);
});

it('closes the connection to a server that may accept content without a recipient and replies with 250 instead of 354', async () => {
  const { transport, stats } = await startScriptedServer((line, { number }) => {
    if (line.startsWith('RCPT') && number === 1) return '550 5.1.1 No such user';
    return line === 'DATA' && number === 1 ? '250 Continue' : undefined;
  });
  await expect(transport.send(testEmail())).rejects.toBeMailError('recipient_rejected', {
    responseCode: 550,
  });
  await transport.send(testEmail());
  expect(stats).toMatchObject({ connections: 2, delivered: [2] });
});

it('never delivers an empty message', async () => {
  const { transport, stats } = await startScriptedServer((line) =>
    line.startsWith('RCPT') ? 'What?' : undefined,
  );
  await expect(transport.send(testEmail())).rejects.toBeMailError('connection_failed', { stage: 'rcpt' });
  expect(stats.delivered).toEqual([]);
});

it.each(['2', '20', '2 fine', '25 0', '2024 fine', '2xx'])(
  'does not accept %j as a positive reply',
  async (reply) => {
    const { transport } = await startScriptedServer((line) => (line === '.' ? reply : undefined));
    await expect(transport.send(testEmail())).rejects.toBeMailError('delivery_unknown');
  },
);

it.each([
  ['.', 'delivery_unknown'],
  ['RCPT', 'connection_failed'],
] as const)(
  'does not accept a reply (to %s) that begins as positive and ends as a refusal',
  async (command, code) => {
    const { transport, stats } = await startScriptedServer((line) =>
      line.startsWith(command) ? '250-Thanks\r\n550 5.7.1 Blocked' : undefined,
    );
    await expect(transport.send(testEmail())).rejects.toBeMailError(code);
    expect(stats.delivered).toEqual([]);
  },
);

it('closes the connection to a server that accepts content without a sender', async () => {
  const { transport, stats } = await startScriptedServer((line, { number }) =>
    number === 1 && line.startsWith('MAIL') ? '550 5.7.1 Not you' : undefined,
  );
  await expect(transport.send(testEmail())).rejects.toBeMailError('sender_rejected', { responseCode: 550 });
  await transport.send(testEmail());
  expect(stats.connections).toBe(2);
  expect(stats.delivered).toEqual([2]);
});

it.each(['250 Unasked', '421 4.4.2 Idle for too long'])(
  'closes an idle connection when the server sends %j',
  async (line) => {
    const sockets: Socket[] = [];
    const { transport, stats } = await startScriptedServer((_, { socket }) => {
      sockets.push(socket);
      return undefined;
    });
    await transport.send(testEmail());
    const closed = once(sockets[0] as Socket, 'close');
    sockets[0]?.write(`${line}\r\n`);
    await closed;
    await transport.send(testEmail());
    expect(stats).toMatchObject({ connections: 2, delivered: [1, 2] });
  },
);

it.each(['550 5.7.1 Blocked', '550-5.7.1 Blocked\r\n', '550-5.7.1 Blocked\r\n550 5.7.1 for good'])(
  'recognizes an incomplete refusal (%j)',
  async (refusal) => {
    const { transport } = await startScriptedServer((line, { socket }) => {
      if (!line.startsWith('MAIL')) return undefined;
      socket.end(refusal);
      return '';
    });
    await expect(transport.send(testEmail())).rejects.toMatchObject({
      code: 'sender_rejected',
      responseCode: 550,
      response: refusal.replace('\r\n', '\n').trim(),
    });
  },
);

it('gives up on a reply that never ends', async () => {
  const { transport } = await startScriptedServer((line) =>
    line.startsWith('MAIL') ? '250-and\r\n'.repeat(200_000) : undefined,
  );
  await expect(transport.send(testEmail())).rejects.toBeMailError('connection_failed', { stage: 'mail' });
});

describe.each([true, false])(
  'a server that sends extra replies (PIPELINING offered: %s)',
  (offersPipelining) => {
    const commands = [
      ['MAIL', '250 OK'],
      ['RCPT', '250 OK'],
      ['DATA', '354 Send the message'],
    ] as const;
    const surplus = [
      '250 extra',
      '250-extra\r\n250 extra',
      '250 extra\r\n250 extra',
      '354 extra',
      '220 extra',
      '299 extra',
    ];
    const cases = commands.flatMap(([command, reply]) =>
      surplus.map((extra) => [command, reply, extra] as const),
    );

    it.each(cases)(
      'to %s (%s, then %j) has not accepted the refused message',
      async (command, reply, extra) => {
        const { transport, stats } = await startScriptedServer(
          (line) => {
            if (line === '.') return '550 5.7.1 Blocked';
            return line.startsWith(command) ? `${reply}\r\n${extra}` : undefined;
          },
          { maxConnections: 1 },
          {},
          { offersPipelining },
        );
        const error: unknown = await transport.send(testEmail()).catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(MailError);
        expect(error).not.toMatchObject({ code: 'recipient_rejected' });
        expect(stats.delivered).toEqual([]);
      },
    );

    it.each([
      ['MAIL', '250 OK'],
      ['RCPT', '250 OK'],
    ])('to %s has not accepted a message after refusing DATA', async (command, reply) => {
      const { transport } = await startScriptedServer(
        (line) => {
          if (line === 'DATA') return '554 5.5.1 No';
          return line.startsWith(command) ? `${reply}\r\n${reply}\r\n${reply}` : undefined;
        },
        { maxConnections: 1 },
        {},
        { offersPipelining },
      );
      await expect(transport.send(testEmail())).rejects.toBeInstanceOf(MailError);
    });

    it('before the content receives no content, and the next message uses another connection', async () => {
      const { transport, stats } = await startScriptedServer(
        (line, { number }) => (line === 'DATA' && number === 1 ? '354 Continue\r\n250 extra' : undefined),
        { maxConnections: 1 },
        {},
        { offersPipelining },
      );
      await expect(transport.send(testEmail())).rejects.toBeMailError('connection_failed', {
        stage: 'data',
        retryable: true,
      });
      await transport.send(testEmail());
      expect(stats).toMatchObject({ connections: 2, delivered: [2] });
    });

    it.each([
      ['550 5.7.1 Blocked', 'message_rejected', false],
      ['451 4.3.0 Not now', 'connection_failed', true],
      ['421 4.3.2 Going down', 'connection_failed', true],
    ] as const)(
      'before the content, with a refusal (%s), receives no content, and the next message uses another connection',
      async (refusal, code, retryable) => {
        const { transport, stats } = await startScriptedServer(
          (line, { number }) => (line === 'DATA' && number === 1 ? `354 Continue\r\n${refusal}` : undefined),
          { maxConnections: 1 },
          {},
          { offersPipelining },
        );
        await expect(transport.send(testEmail())).rejects.toBeMailError(code, {
          stage: 'data',
          responseCode: Number.parseInt(refusal, 10),
          retryable,
        });
        await transport.send(testEmail());
        expect(stats).toMatchObject({ connections: 2, delivered: [2] });
      },
    );

    it.each(['250 extra', '550 extra'])(
      'after the content (%j) has taken it, and gets no other',
      async (extra) => {
        const { transport, stats } = await startScriptedServer(
          (line, { number }) => (line === '.' && number === 1 ? `250 Fine\r\n${extra}` : undefined),
          { maxConnections: 1 },
          {},
          { offersPipelining },
        );
        await expect(transport.send(testEmail())).resolves.toMatchObject({ response: '250 Fine' });
        await transport.send(testEmail());
        expect(stats.connections).toBe(2);
      },
    );

    it('without a recipient does not hide the refusal of the recipient', async () => {
      const { transport } = await startScriptedServer(
        (line) => {
          if (line.startsWith('RCPT')) return '550 5.1.1 No such user';
          return line === 'DATA' ? '354 Continue\r\n250 extra' : undefined;
        },
        { maxConnections: 1 },
        {},
        { offersPipelining },
      );
      await expect(transport.send(testEmail())).rejects.toBeMailError('recipient_rejected', {
        responseCode: 550,
      });
    });
  },
);

it('does not accept 250 instead of 354 with pipelining, because it may be the reply to RCPT', async () => {
  const { transport, stats } = await startScriptedServer((line) =>
    line === 'DATA' ? '250 Continue' : undefined,
  );
  await expect(transport.send(testEmail())).rejects.toBeMailError('connection_failed', { stage: 'data' });
  expect(stats.delivered).toEqual([]);
});

it('does not reuse a connection that cannot be reset', async () => {
  const { transport, stats } = await startScriptedServer((line, { number }) => {
    if (line === 'RSET') return '502 What?';
    return number === 1 && /^(?:RCPT|DATA)/.test(line) ? '550 5.1.1 No such user' : undefined;
  });
  await expect(transport.send(testEmail())).rejects.toBeMailError('recipient_rejected');
  await transport.send(testEmail());
  await transport.verify();
  expect(stats.connections).toBe(3);
  expect(stats.delivered).toEqual([2]);
});

it('does not reuse a connection with a reply before the end of the message', async () => {
  const large = testEmail({ text: 'A line of text.\n'.repeat(500_000) });
  const { transport, stats } = await startScriptedServer((line, { number }) => {
    if (line === '.' && number === 1) return '';
    return line === 'DATA' && number === 1 ? '354 Continue\r\n552 5.3.4 Too large' : undefined;
  });
  await expect(transport.send(large)).rejects.toBeMailError('message_rejected', { responseCode: 552 });
  await transport.send(testEmail());
  expect(stats.delivered).toEqual([2]);
});

it('times out on a server that reads no content but keeps sending', async () => {
  const large = testEmail({ text: 'A line of text.\n'.repeat(500_000) });
  const { transport } = await startScriptedServer(
    (line, { socket }) => {
      if (line !== 'DATA') return undefined;
      socket.pause();
      const talking = setInterval(() => socket.write('2'), 50);
      socket.once('close', () => clearInterval(talking));
      return '354 Send the message';
    },
    { maxConnections: 1 },
    { socketTimeout: 300 },
  );
  await expect(transport.send(large)).rejects.toBeMailError('timeout', { stage: 'data' });
});

it('does not accept a positive reply before the end of the message', async () => {
  const large = testEmail({ text: 'A line of text.\n'.repeat(500_000) });
  const { transport } = await startScriptedServer((line) =>
    line === 'DATA' ? '354 Continue\r\n250 Fine' : undefined,
  );
  await expect(transport.send(large)).rejects.toBeMailError('connection_failed', { stage: 'data' });
});

it('reports a refusal even if the server closes the connection before the other replies', async () => {
  const { transport } = await startScriptedServer((line, { socket }) => {
    if (!line.startsWith('MAIL')) return undefined;
    socket.end('550 5.7.1 Blocked\r\n');
    return '';
  });
  await expect(transport.send(testEmail())).rejects.toBeMailError('sender_rejected', {
    stage: 'mail',
    responseCode: 550,
    retryable: false,
  });
});

it.each(['421 4.7.0 Too many messages over this connection', '451 4.4.2 Timeout - closing connection'])(
  'uses another connection if the server closes the old one instead of accepting a message (%s)',
  async (reply) => {
    const { transport, stats } = await startScriptedServer((line, { number, socket }) => {
      if (!line.startsWith('MAIL') || stats.delivered.at(-1) !== number) return undefined;
      socket.end(`${reply}\r\n`);
      return '';
    });
    for (let i = 0; i < 3; i += 1) await transport.send(testEmail());
    expect(stats.delivered).toEqual([1, 2, 3]);
  },
);

it.each([' ', 'a', '@', 'a@'])('reads a megabyte of %j in reasonable time', async (text) => {
  const { transport } = await startScriptedServer((line) =>
    line.startsWith('MAIL') ? `550 ${text.repeat(900_000 / text.length)}.` : undefined,
  );
  const error: unknown = await transport.send(testEmail()).catch((reason: unknown) => reason);
  expect(error).toBeMailError('sender_rejected');
  expect(String(error).length).toBeLessThan(10_000);
});

it.each([
  ['a NUL character', 'no\0such user'],
  ['a bare carriage return', 'no\rERROR everything is lost'],
  ['an escape sequence', 'no \u001b[2J such user'],
  ['a line separator', Buffer.from('no\u2028such\u0085user', 'utf8').toString('latin1')],
  ['text that runs backward', Buffer.from('no \u202esuch user', 'utf8').toString('latin1')],
])('removes %s from a reply everywhere', async (_name, text) => {
  const texts: string[] = [];
  const keep = (event: LogEvent) => void texts.push(...Object.values(event).map(String));
  const { transport } = await startScriptedServer(
    (line) => {
      if (line.startsWith('RCPT TO:<unknown@')) return `550 5.1.1 ${text}`;
      return line === '.' ? `250 2.0.0 ${text}` : undefined;
    },
    { maxConnections: 1, logger: { debug: keep, info: keep, warn: keep, error: keep } },
    { debug: true },
  );
  const error: unknown = await transport
    .send(testEmail({ to: 'unknown@example.com' }))
    .catch((reason: unknown) => reason);
  if (!(error instanceof MailError) || !(error.cause instanceof Error)) throw new TypeError('no MailError');
  texts.push(
    error.message,
    String(error.response),
    error.cause.message,
    (await transport.send(testEmail())).response,
  );
  expect(texts.filter((each) => each.includes('such') || each.includes('ERROR')).length).toBeGreaterThan(4);
  for (const each of texts) expect(each).not.toMatch(/(?!\n)[\p{Cc}\u2028\u2029\u202a-\u202e]/u);
});

it.each([
  { MAIL: '550 5.7.1 Not you', RCPT: '421 4.3.2 Going down', DATA: '' },
  { MAIL: '550 5.7.1 Not you', RCPT: '503 5.5.1 No sender', DATA: '421 4.3.2 Going down' },
  { RCPT: '550 5.1.1 No such user', DATA: '421 4.3.2 Going down' },
  { RCPT: '550 5.1.1 No such user', '.': '421 4.3.2 Going down' },
])('does not reuse a connection that is closing, with or without a refusal (%j)', async (replies) => {
  const { transport, stats } = await startScriptedServer((line, { number }) =>
    number === 1 ? new Map(Object.entries(replies)).get(line.split(' ')[0] ?? '') : undefined,
  );
  await expect(transport.send(testEmail())).rejects.toMatchObject({ responseCode: 550 });
  await transport.send(testEmail());
  expect(stats).toMatchObject({ connections: 2, delivered: [2] });
});

it('opens no connection while another one is still closing', async () => {
  const hangUp = (socket: Socket, turns: number) =>
    setImmediate(() => (turns > 0 ? hangUp(socket, turns - 1) : socket.end('221 Bye\r\n')));
  const { transport, stats } = await startScriptedServer(
    (line, { socket }) => {
      if (line !== 'QUIT') return undefined;
      hangUp(socket, 20);
      return '';
    },
    { maxConnections: 2, maxMessages: 1 },
  );
  await Promise.all(Array.from({ length: 12 }, () => transport.send(testEmail())));
  expect(stats).toMatchObject({ connections: 12, peak: 2 });
});

it('quotes an address of a Japanese carrier and masks every form that the server repeats', async () => {
  const commands: string[] = [];
  const { transport } = await startScriptedServer((line) => {
    commands.push(line);
    if (!line.startsWith('RCPT')) return undefined;
    return '550 5.1.1 <"taro..san"@docomo.ne.jp> TARO..SAN@DOCOMO.NE.JP is unknown';
  });
  const email = testEmail({ to: parseRecipient('Taro..San@docomo.ne.jp') });
  const error: unknown = await transport.send(email).catch((reason: unknown) => reason);
  expect(error).toBeMailError('recipient_rejected');
  expect(commands).toContain('RCPT TO:<"Taro..San"@docomo.ne.jp>');
  expect(inspect(error).toLowerCase()).not.toContain('taro..san');
});
