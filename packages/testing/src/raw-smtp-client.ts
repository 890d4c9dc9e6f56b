import net from 'node:net';
import tls from 'node:tls';

/** A client that says exactly what a test tells it to, for the tests of the trap. */
export interface RawSmtpClient extends Disposable {
  /** All chunks that came since the last reply was taken. */
  readonly chunks: readonly Buffer[];
  /** How the connection ended: `end` for a FIN, else the code of the error. */
  readonly closed: Promise<string>;
  /** The next complete reply, multi-line ones in one piece. Rejects when the connection ends before. */
  reply(): Promise<string>;
  /** The next line, whatever it is. */
  line(): Promise<string>;
  /** Sends raw text. */
  write(text: string): void;
  /** Sends a line and takes the reply to it. */
  say(line: string): Promise<string>;
  /** STARTTLS, handshake included. */
  startTls(options?: tls.ConnectionOptions): Promise<void>;
}

const REPLY = /^(?:\d{3}-[^\r\n]*\r\n)*\d{3}(?: [^\r\n]*)?\r\n/;
const LINE = /^[^\n]*\n/;

/** Connects, over TLS when there are options for it, and reads nothing yet. */
export function connectRaw(
  { host, port }: { host: string; port: number },
  tlsOptions?: tls.ConnectionOptions,
): RawSmtpClient {
  let socket: net.Socket = tlsOptions
    ? tls.connect({ host, port, ...tlsOptions })
    : net.connect({ host, port });
  let chunks: Buffer[] = [];
  let look = () => {};
  let ending: string | undefined;
  const closing = Promise.withResolvers<string>();

  const listen = () => {
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      look();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      ending ??= error.code ?? error.message;
    });
    socket.on('close', () => {
      ending ??= 'end';
      closing.resolve(ending);
      look();
    });
  };
  listen();

  const take = (pattern: RegExp) =>
    new Promise<string>((resolve, reject) => {
      look = () => {
        const text = Buffer.concat(chunks).toString();
        const [found] = pattern.exec(text) ?? [];
        if (found === undefined) {
          if (ending !== undefined) reject(new Error(`closed: ${ending}`));
          return;
        }
        const rest = Buffer.from(text.slice(found.length));
        chunks = rest.length > 0 ? [rest] : [];
        look = () => {};
        resolve(found.replace(/\r?\n$/, ''));
      };
      look();
    });

  const client: RawSmtpClient = {
    get chunks() {
      return chunks;
    },
    closed: closing.promise,
    reply: () => take(REPLY),
    line: () => take(LINE),
    write: (text) => void socket.write(text),
    say(line) {
      socket.write(`${line}\r\n`);
      return take(REPLY);
    },
    async startTls(options) {
      await client.say('STARTTLS');
      const plain = socket;
      plain.removeAllListeners('data').removeAllListeners('close');
      socket = tls.connect({ socket: plain, ...options });
      listen();
      await new Promise<void>((resolve, reject) => {
        socket.once('secureConnect', resolve);
        socket.once('error', reject);
      });
    },
    [Symbol.dispose]: () => void socket.destroy(),
  };
  return client;
}
