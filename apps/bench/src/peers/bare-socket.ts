import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { OpenSender } from '../contestant.ts';
import { constantMessage } from '../sign-in-email.ts';

const BODY = `${[
  `From: ${constantMessage.from}`,
  `To: ${constantMessage.to}`,
  `Subject: ${constantMessage.subject}`,
  'Message-ID: <constant@example.com>',
  'Date: Sun, 22 Nov 2026 12:00:00 +0000',
  'MIME-Version: 1.0',
  'Content-Type: multipart/alternative; boundary=boundary',
  '',
  '--boundary',
  'Content-Type: text/plain; charset=utf-8',
  '',
  constantMessage.text,
  '--boundary',
  'Content-Type: text/html; charset=utf-8',
  '',
  constantMessage.html,
  '--boundary--',
]
  .join('\n')
  .replaceAll('\n', '\r\n')}\r\n.\r\n`;

/** Each step waits for the reply to the previous one. */
const STEPS = ['MAIL FROM:<noreply@example.com>\r\n', 'RCPT TO:<ada@example.com>\r\n', 'DATA\r\n', BODY].map(
  (step) => Buffer.from(step),
);

/**
 * The limit: sends prepared bytes over open connections with minimal code. A reply is a chunk that ends with a line break, and only
 * its first digit is checked.
 */
export const open: OpenSender = async ({ host, port }, connections) => {
  const idle = await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect({ host, port, noDelay: true });
      await once(socket, 'data');
      socket.write('EHLO localhost\r\n');
      await once(socket, 'data');
      return socket;
    }),
  );
  const all = [...idle];

  const sendOver = (socket: Socket) =>
    new Promise<void>((resolve, reject) => {
      let step = 0;
      const next = (): void => {
        const bytes = STEPS[step++];
        if (bytes) socket.write(bytes);
        else {
          socket.off('data', onReply);
          resolve();
        }
      };
      const onReply = (reply: Buffer): void => {
        // Continue after 2xx and 3xx.
        if (reply[0] === 0x32 || reply[0] === 0x33) next();
        else reject(new Error(reply.toString()));
      };
      socket.on('data', onReply);
      next();
    });

  return {
    async send() {
      // There is one connection for each message in flight.
      const socket = idle.pop();
      if (!socket) throw new Error('There is no connection left.');
      await sendOver(socket);
      idle.push(socket);
    },
    close: async () => {
      for (const socket of all) socket.end('QUIT\r\n');
    },
  };
};
