import net from 'node:net';
import tls from 'node:tls';

/** A client that sends raw text, for the tests of the trap. */
export interface RawSmtpClient extends Disposable {
  /** All chunks that arrived since the last reply was read. */
  readonly chunks: readonly Buffer[];
  /** How the connection ended: `end` for a FIN, or else the error code. */
  readonly closed: Promise<string>;
  /** Reads the next complete reply, which may have several lines. Rejects if the connection ends first. */
  reply(): Promise<string>;
  /** Reads the next line. */
  line(): Promise<string>;
  /** Sends raw text. */
  write(text: string): void;
  /** Sends a line and reads the reply. */
  say(line: string): Promise<string>;
  /** Sends STARTTLS and completes the handshake. */
  startTls(options?: tls.ConnectionOptions): Promise<void>;
}

const REPLY = /^(?:\d{3}-[^\r\n]*\r\n)*\d{3}(?: [^\r\n]*)?\r\n/;
const LINE = /^[^\n]*\n/;

/** Connects, over TLS if there are options for it, without reading anything. */
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
