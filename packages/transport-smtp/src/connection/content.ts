import { Readable } from 'node:stream';

/** In bytes. */
const CHUNK = 1 << 16;

/**
 * The content of a message as a stream for nodemailer. The first chunk waits for the next turn of the event loop, so that data
 * that arrived together with the 354 reply is read before any content is sent.
 *
 * @param onRead called before each chunk
 */
export function contentStream(content: Uint8Array, onRead: () => void): Readable {
  let position = 0;
  return new Readable({
    highWaterMark: CHUNK,
    read() {
      const next = () => {
        if (this.destroyed) return;
        onRead();
        const start = position;
        position += CHUNK;
        this.push(content.subarray(start, position));
        if (position >= content.length) this.push(null);
      };
      if (position === 0) setImmediate(next);
      else next();
    },
  });
}
