import { canonicalAddress, maskAddress } from '@postern/core';
import { startCallTime } from './call-time.js';
import type { Keyring } from './keyring.js';
import { idOfToken } from './link-token.js';
import { VerificationError } from './verification-error.js';
import type { ParsedVerificationOptions } from './verification-options.js';
import { parseRequest, tokenSchema } from './verification-request.js';
import { type LinkPreview, toVerified, type Verified } from './verification-result.js';

interface LinksParts extends Pick<ParsedVerificationOptions, 'store' | 'policy' | 'clock'> {
  readonly keyring: Keyring;
}

/** Creates the methods `peekLink` and `consumeLink`. */
export function createLinks({ store, policy, clock, keyring }: LinksParts) {
  async function read(input: string) {
    const token = parseRequest(tokenSchema, input);
    const time = startCallTime(clock);
    const id = await idOfToken(token);
    const challenge = id === undefined ? undefined : await store.find({ id, ...time.at() });
    const contents = challenge && (await keyring.open(challenge, token));
    if (!contents) throw new VerificationError('not_found');
    const address = canonicalAddress(contents.to);
    const [isRight] = await keyring.matches([challenge.mac], ['link', contents.type, address, token]);
    if (!isRight) throw new VerificationError('not_found');
    if (!challenge.isAlive) throw new VerificationError('code_expired');
    return { challenge, contents, time };
  }

  return {
    async peekLink(token: string): Promise<LinkPreview> {
      const { challenge, contents } = await read(token);
      return { to: maskAddress(contents.to), type: contents.type, expiresAt: challenge.expiresAt };
    },
    async consumeLink(token: string): Promise<Verified> {
      const { challenge, contents, time } = await read(token);
      if (!(await store.take({ id: challenge.id, ...time.at() }))) throw new VerificationError('not_found');
      return toVerified(challenge.id, contents, policy);
    },
  };
}
