import { MailError } from '@postern/core';

/** The source of codes, tokens, and ids. It must be unpredictable. Tests can pass their own. */
export interface Random {
  /** Returns an integer from 0 to `limit - 1`. Each must be equally likely. */
  int(limit: number): number;
  bytes(size: number): Uint8Array;
}

const UINT32_LIMIT = 2 ** 32;

/** The random numbers of Web Crypto. */
export const systemRandom: Random = {
  int(limit) {
    // The largest multiple of `limit`. From there on, the remainders would favor small integers.
    const end = UINT32_LIMIT - (UINT32_LIMIT % limit);
    const drawn = new Uint32Array(1);
    let value: number;
    do [value = end] = crypto.getRandomValues(drawn);
    while (value >= end);
    return value % limit;
  },
  bytes: (size) => crypto.getRandomValues(new Uint8Array(size)),
};

const unusable = (requirement: string) =>
  new MailError(
    'config_invalid',
    `The \`random\` option of createVerification is not valid: ${requirement}.`,
    {
      stage: 'config',
    },
  );

/**
 * Checks each value of a source, because a wrong value would make codes shorter.
 *
 * @returns a source that throws a {@link MailError} with the code `config_invalid` for values that are not valid
 */
export const checkedRandom = (random: Random): Random => ({
  int(limit) {
    const drawn = random.int(limit);
    if (Number.isInteger(drawn) && drawn >= 0 && drawn < limit) return drawn;
    throw unusable(`int(${limit}) must return an integer from 0 to ${limit - 1}`);
  },
  bytes(size) {
    const drawn = random.bytes(size);
    if (drawn instanceof Uint8Array && drawn.byteLength === size) return drawn;
    throw unusable(`bytes(${size}) must return ${size} bytes`);
  },
});
