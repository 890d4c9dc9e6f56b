import { randomBytes } from 'node:crypto';

/** A call to the random source of the system takes microseconds, for any number of bytes. */
const BYTES_PER_CALL = 4096;

/** Returns a function that returns random bytes. It never returns a byte twice. */
export function createRandomBytes(): (count: number) => Uint8Array {
  let left = randomBytes(BYTES_PER_CALL);
  return (count) => {
    if (left.length < count) left = randomBytes(BYTES_PER_CALL);
    const taken = left.subarray(0, count);
    left = left.subarray(count);
    return taken;
  };
}
