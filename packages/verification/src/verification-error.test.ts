import { inspect } from 'node:util';
import { MailError } from '@postern/core';
import { describe, expect, test } from 'vitest';
import { ADA, MINUTE, openDesk, SECRET, wrong } from '../fixtures/desk.js';
import { VerificationError } from './index.js';

describe('VerificationError', () => {
  test('is a separate class from MailError, with its own codes', () => {
    const error = new VerificationError('rate_limited', { scope: 'ip', retryAfter: 5 });
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(MailError);
    expect({ ...error }).toEqual({
      name: 'VerificationError',
      code: 'rate_limited',
      scope: 'ip',
      retryAfter: 5,
    });
    expect(Object.keys(new VerificationError('not_found'))).toEqual(['code', 'name']);
  });

  test('does not reveal the code, the token, the address, or the secret', async () => {
    const { verification, lastCode, lastToken, code, link, clock } = openDesk();
    const errors: unknown[] = [];
    const keep = (error: unknown) => errors.push(error);
    await code();
    const sent = lastCode();
    await code().catch(keep);
    for (let n = 0; n < 6; n++) await verification.check({ ...ADA, code: wrong(sent) }).catch(keep);
    clock.time += 60 * MINUTE;
    await link();
    const token = lastToken();
    await verification.consumeLink(token);
    await verification.consumeLink(token).catch(keep);
    expect(errors).toHaveLength(8);
    const shown = inspect([errors, verification], { depth: 9, showHidden: true });
    for (const secret of [sent, wrong(sent), token, ADA.to, SECRET]) expect(shown).not.toContain(secret);
  });
});
