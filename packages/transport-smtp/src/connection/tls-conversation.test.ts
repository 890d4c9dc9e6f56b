import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { testEmail } from '@postern/testing';
import '@postern/testing/vitest';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PRIVATE_CA, SERVER_CERTIFICATE, SERVER_KEY } from '../../fixtures/private-ca.js';
import { createSmtpTransport } from '../index.js';

type Mode = 'implicit' | 'starttls';

/** The reply to a line instead of the default one. `''` means no reply. */
type Script = (line: string, socket: Socket, connection: number) => string | undefined;

/** A minimal server with TLS, for behavior that the trap does not support. */
async function setUp(mode: Mode, script: Script, { afterStartTls = '', host = '127.0.0.1' } = {}) {
  const stats = { connections: 0, delivered: [] as number[], names: [] as unknown[] };
  const server = createServer((plain) => {
    stats.connections += 1;
    const connection = stats.connections;
    const converse = (socket: Socket, isSecure: boolean) => {
      let isContent = false;
      let rest = '';
      const politely = (line: string): string => {
        if (isContent) {
          if (line !== '.') return '';
          isContent = false;
          stats.delivered.push(connection);
          return '250 Delivered';
        }
        if (line.startsWith('EHLO')) return isSecure ? '250-Hi\r\n250 PIPELINING' : '250-Hi\r\n250 STARTTLS';
        return line === 'DATA' ? '354 Send the message' : '250 OK';
      };
      socket.on('error', () => {});
      socket.on('data', function read(chunk: Buffer) {
        const lines = (rest + chunk.toString('latin1')).split('\r\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          if (line === 'STARTTLS') {
            plain.removeListener('data', read);
            plain.write(`220 Go ahead\r\n${afterStartTls}`);
            return secure(false);
          }
          const own = isContent && line !== '.' ? undefined : script(line, socket, connection);
          const reply = own ?? politely(line);
          if (line === '.') isContent = false;
          if (reply.startsWith('354')) isContent = true;
          if (reply && socket.writable) socket.write(`${reply}\r\n`);
        }
      });
    };
    const secure = (withGreeting: boolean) => {
      const socket = new TLSSocket(plain, { isServer: true, cert: SERVER_CERTIFICATE, key: SERVER_KEY });
      socket.once('secure', () => {
        stats.names.push(socket.servername);
        if (withGreeting) socket.write('220 Ready\r\n');
      });
      converse(socket, true);
    };
    plain.on('error', () => {});
    if (mode === 'implicit') return secure(true);
    converse(plain, false);
    plain.write('220 Ready\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // listening on TCP
  const transport = createSmtpTransport(
    { host, port, secure: mode === 'implicit', tls: { ca: PRIVATE_CA } },
    { maxConnections: 1 },
  );
  onTestFinished(async () => {
    await transport.close();
    server.close();
    await once(server, 'close');
  });
  return { transport, stats };
}

describe.each(['implicit', 'starttls'] as const)('over TLS (%s)', (mode) => {
  it.each([
    ['354 Continue\r\n250 extra', 'connection_failed', 'data'],
    // nodemailer ignores the blank line, and the content is sent in the meantime.
    ['354 Continue\r\n\r\n250 extra', 'delivery_unknown', 'delivery'],
  ] as const)('never treats an earlier reply as an acceptance (%j)', async (replies, code, stage) => {
    const { transport, stats } = await setUp(mode, (line, _socket, connection) =>
      line === 'DATA' && connection === 1 ? replies : undefined,
    );
    await expect(transport.send(testEmail())).rejects.toBeMailError(code, { stage });
    await transport.send(testEmail());
    expect(stats.connections).toBe(2);
    if (stage === 'data') expect(stats.delivered).toEqual([2]);
  });

  it.each([
    ['250 Fine', 'connection_failed'],
    ['552 5.3.4 Too large', 'message_rejected'],
  ] as const)('never treats a reply during the content as an acceptance (%s)', async (reply, code) => {
    const large = testEmail({ text: 'A line of text.\n'.repeat(500_000) });
    let hasAnswered = false;
    const { transport } = await setUp(mode, (line, socket) => {
      if (line !== 'DATA') return undefined;
      socket.once('data', () => {
        hasAnswered = true;
        socket.write(`${reply}\r\n`);
      });
      return '354 Send the message';
    });
    await expect(transport.send(large)).rejects.toBeMailError(code, { stage: 'data' });
    expect(hasAnswered).toBe(true);
  });

  it('stops using a connection with an extra reply', async () => {
    const { transport, stats } = await setUp(mode, (line, _socket, connection) =>
      line === '.' && connection === 1 ? '250 Fine\r\n550 extra' : undefined,
    );
    await expect(transport.send(testEmail())).resolves.toMatchObject({ response: '250 Fine' });
    await transport.send(testEmail());
    expect(stats.connections).toBe(2);
  });

  it('recognizes a refusal without a line break', async () => {
    const { transport } = await setUp(mode, (line, socket) => {
      if (!line.startsWith('MAIL')) return undefined;
      socket.end('550 5.7.1 Blocked');
      return '';
    });
    await expect(transport.send(testEmail())).rejects.toBeMailError('sender_rejected', { responseCode: 550 });
  });

  // nodemailer reports a reply only after its last line, and its TLS socket is private, so the lines before it are not visible.
  // The email counts as not sent and can be retried.
  it('treats a multiline refusal without its last line as a lost connection', async () => {
    const { transport } = await setUp(mode, (line, socket) => {
      if (!line.startsWith('MAIL')) return undefined;
      socket.end('550-5.7.1 Blocked\r\n');
      return '';
    });
    await expect(transport.send(testEmail())).rejects.toBeMailError('connection_failed', {
      stage: 'mail',
      retryable: true,
    });
  });

  it.each([
    ['127.0.0.1', false],
    ['localhost', 'localhost'],
  ])('sends SNI only for a host name (%s)', async (host, expected) => {
    const { transport, stats } = await setUp(mode, () => undefined, { host });
    await transport.verify();
    expect(stats.names).toEqual([expected]);
  });
});

it('ignores plain text after the reply to STARTTLS', async () => {
  const injected = '250-injected\r\n250-SIZE 1\r\n250 AUTH LOGIN\r\n250 OK';
  const { transport, stats } = await setUp('starttls', () => undefined, { afterStartTls: injected });
  await transport.send(testEmail());
  expect(stats).toMatchObject({ connections: 1, delivered: [1] });
});
