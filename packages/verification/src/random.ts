import { randomBytes, randomInt } from 'node:crypto';

/** Where codes, tokens and ids come from. Has to be unpredictable; tests pass their own. */
export interface Random {
  /** A whole number from 0 up to `limit`, without it, each as likely as the other. */
  int(limit: number): number;
  bytes(size: number): Uint8Array;
}

/** The random numbers of `node:crypto`. */
export const systemRandom: Random = { int: (limit) => randomInt(limit), bytes: randomBytes };
