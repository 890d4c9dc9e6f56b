/**
 * A mail server that accepts and discards all emails, in a separate process. It supports STARTTLS and a login, unlike Postfix's
 * smtp-sink, and works without Postfix. It reports its port to its parent.
 */
import { createServer, type Socket } from 'node:net';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import { z } from 'zod';

const sinkOptionsSchema = z.object({
  /** A certificate and key (PEM) for STARTTLS, which is followed by AUTH. */
  identity: z.object({ cert: z.string(), key: z.string() }).optional(),
  /** Whether to offer PIPELINING (RFC 2920). */
  pipelining: z.boolean().default(true),
});

/** The ends of a message and of a line. */
const END_OF_MESSAGE = '\r\n.\r\n';
const END_OF_LINE = '\r\n';

/** The next expected input. AUTH LOGIN expects the username and then the password. */
type Expected = 'command' | 'message' | 'user' | 'password';

/** Serves one connection, with or without pipelining. Accepts any login. */
function serve(socket: Socket, context: SecureContext | undefined, isSecure: boolean): void {
  let expected: Expected = 'command';
  let mayMail = context === undefined;
  // One character per byte, because only ASCII matters.
  let input = '';

  const answer = (line: string): string => {
    if (expected === 'user') {
      expected = 'password';
      return '334 UGFzc3dvcmQ6\r\n';
    }
    if (expected === 'password') {
      expected = 'command';
      mayMail = true;
      return '235 2.7.0 Ok\r\n';
    }
    const [verb = '', argument = '', initial] = line.split(' ');
    switch (verb.toUpperCase()) {
      case 'EHLO':
        return `250-sink\r\n${pipelining ? '250-PIPELINING\r\n' : ''}250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n${
          isSecure ? '250-AUTH PLAIN LOGIN\r\n' : context ? '250-STARTTLS\r\n' : ''
        }250 SMTPUTF8\r\n`;
      case 'AUTH':
        if (context && !isSecure) return '538 5.7.11 Not without TLS\r\n';
        if (initial === undefined) {
          // LOGIN needs two inputs, and PLAIN needs one.
          expected = argument.toUpperCase() === 'LOGIN' ? 'user' : 'password';
          return expected === 'user' ? '334 VXNlcm5hbWU6\r\n' : '334 \r\n';
        }
        if (argument.toUpperCase() !== 'LOGIN') {
          mayMail = true;
          return '235 2.7.0 Ok\r\n';
        }
        expected = 'password';
        return '334 UGFzc3dvcmQ6\r\n';
      case 'DATA':
        expected = 'message';
        return '354 End data with <CR><LF>.<CR><LF>\r\n';
      case 'MAIL':
        return mayMail ? '250 2.1.0 Ok\r\n' : '530 5.7.0 Not without TLS and a login\r\n';
      case 'HELO':
      case 'RCPT':
      case 'RSET':
      case 'NOOP':
        return '250 2.0.0 Ok\r\n';
      case 'QUIT':
        return '221 2.0.0 Bye\r\n';
      default:
        return '502 5.5.1 Unknown\r\n';
    }
  };

  const onData = (chunk: Buffer): void => {
    input += chunk.toString('latin1');
    let output = '';
    for (;;) {
      if (expected === 'message') {
        const end = input.indexOf(END_OF_MESSAGE);
        if (end === -1) break;
        input = input.slice(end + END_OF_MESSAGE.length);
        expected = 'command';
        output += '250 2.0.0 Ok: queued\r\n';
        continue;
      }
      const end = input.indexOf(END_OF_LINE);
      if (end === -1) break;
      const line = input.slice(0, end);
      input = input.slice(end + END_OF_LINE.length);
      if (context && !isSecure && /^STARTTLS$/i.test(line)) {
        socket.off('data', onData);
        socket.write('220 2.0.0 Ready\r\n');
        const secure = new TLSSocket(socket, { isServer: true, secureContext: context });
        secure.on('error', () => secure.destroy());
        serve(secure, context, true);
        return;
      }
      output += answer(line);
      if (/^QUIT$/i.test(line)) {
        socket.end(output);
        return;
      }
    }
    if (output !== '') socket.write(output);
  };
  socket.on('data', onData);
}

const { identity, pipelining } = sinkOptionsSchema.parse(JSON.parse(process.argv[2] ?? ''));
const context = identity && createSecureContext(identity);
const server = createServer({ noDelay: true }, (socket) => {
  // A client may close the connection without QUIT.
  socket.on('error', () => socket.destroy());
  socket.write('220 sink ESMTP\r\n');
  serve(socket, context, false);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' && address ? address.port : 0 });
});
// Exit with the parent process.
process.once('disconnect', () => process.exit());
