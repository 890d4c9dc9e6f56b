import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type Answer, decode, encode } from 'dns-packet';

/** A DNS server on loopback with a few TXT records, and an MX record for each of their domains. */
export async function startDnsServer(
  txt: Readonly<Record<string, string>>,
): Promise<AsyncDisposable & { readonly address: string }> {
  const socket = createSocket('udp4');
  socket.on('message', (message, { address, port }) => {
    const { id, questions = [] } = decode(message);
    const answers = questions.flatMap(({ name, type }): Answer[] => {
      const text = txt[name.toLowerCase()];
      if (text === undefined) return [];
      if (type === 'TXT') return [{ type, name, data: text }];
      return type === 'MX' ? [{ type, name, data: { preference: 10, exchange: `mx.${name}` } }] : [];
    });
    socket.send(
      encode({ type: 'response', ...(id !== undefined && { id }), questions, answers }),
      port,
      address,
    );
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    async [Symbol.asyncDispose]() {
      socket.close();
      await once(socket, 'close');
    },
  };
}
