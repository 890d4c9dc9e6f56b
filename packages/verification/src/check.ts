import { canonicalAddress, encodeBase64Url } from '@postern/core';
import { startCallTime } from './call-time.js';
import type { ClientReader } from './client.js';
import type { Keyring } from './keyring.js';
import type { Limits } from './limits.js';
import { readCode } from './one-time-code.js';
import { VerificationError } from './verification-error.js';
import type { ParsedVerificationOptions } from './verification-options.js';
import { type CheckRequest, checkRequestSchema, parseRequest } from './verification-request.js';
import { toVerified, type Verified } from './verification-result.js';
import { MOST_SUPERSEDED } from './verification-store.js';

interface CheckParts extends Pick<ParsedVerificationOptions, 'store' | 'policy' | 'clock'> {
  readonly keyring: Keyring;
  readonly limits: Limits;
  readonly clientOf: ClientReader;
}

/** Replaces the MAC of a missing challenge, so that every check takes the same time. */
const NO_MAC = encodeBase64Url(new Uint8Array(32));
const NO_MACS: readonly string[] = Array.from({ length: MOST_SUPERSEDED }, () => NO_MAC);

/** Creates the method `check`. */
export function createCheck(parts: CheckParts): (request: CheckRequest) => Promise<Verified> {
  const { store, policy, clock, keyring, limits, clientOf } = parts;
  const { limit, windowMs } = limits.guesses;

  return async (input) => {
    const { to, type, code: typed, ip } = parseRequest(checkRequestSchema, input);
    const time = startCallTime(clock);
    const address = canonicalAddress(to);
    const code = readCode(typed, policy);
    const subjects = await keyring.digests('subject', type, address);
    const [subject, ...otherSubjects] = subjects;
    const counter = limits.guessesKey(subject);

    const giveBack = await limits.permitCheck(clientOf(ip), time);
    const { challenge, guesses } = await store.guess({ subjects, counter, windowMs, ...time.at() });
    const others = await limits.otherGuesses(otherSubjects, time);
    const attemptsLeft = limit - guesses.count - others.count;
    if (attemptsLeft < 0) throw limits.exhausted([guesses, others]);
    // The number of comparisons is constant, so the time does not show whether there is a challenge.
    const macs = [challenge?.mac ?? NO_MAC, ...(challenge?.supersededMacs ?? []), ...NO_MACS];
    const [isRight, ...wereRight] = await keyring.matches(macs.slice(0, 1 + MOST_SUPERSEDED), [
      'code',
      type,
      address,
      code,
    ]);
    const wasRight = wereRight.includes(true);
    const contents = challenge && isRight ? await keyring.open(challenge, code) : undefined;
    if (!challenge || !(contents || wasRight))
      throw new VerificationError('code_incorrect', { attemptsLeft });
    // From here on, the caller knows the code.
    const guess = { key: counter, endsAt: guesses.endsAt };
    if (!contents || !challenge.isAlive) {
      await Promise.all([giveBack(), limits.forgiveGuess(guess, time)]);
      throw new VerificationError(contents ? 'code_expired' : 'code_superseded');
    }
    const isTaken = await store.take({ id: challenge.id, refund: guess, ...time.at() });
    if (!isTaken) throw new VerificationError('code_incorrect', { attemptsLeft });
    await giveBack();
    return toVerified(challenge.id, contents, policy);
  };
}
