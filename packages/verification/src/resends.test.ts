import '@postern/testing/vitest';
import { describe, expect, test } from 'vitest';
import { ADA, MINUTE, openDesk } from '../fixtures/desk.js';
import { failure } from '../fixtures/failure.js';

describe('a resend', () => {
  test('replaces the code, and calls onSuperseded with the id of the previous email', async () => {
    const { verification, clock, superseded, requests, lastCode, code } = openDesk();
    const first = await code();
    const old = lastCode();
    clock.time += MINUTE;
    const second = await code();

    expect(superseded).toEqual([first.id]);
    expect(requests.map(({ idempotencyKey }) => idempotencyKey)).toEqual([first.id, second.id]);
    expect(old).not.toBe(lastCode());
    await expect(verification.check({ ...ADA, code: lastCode() })).resolves.toMatchObject({ id: second.id });
  });

  test('rejects an earlier code with code_superseded, which costs no guess', async () => {
    const { verification, clock, lastCode, code } = openDesk();
    const codes: string[] = [];
    for (let sent = 0; sent < 4; sent++) {
      await code();
      codes.push(lastCode());
      clock.time += MINUTE;
    }
    const check = (typed = '', request = {}) => verification.check({ ...ADA, ...request, code: typed });
    const [oldest, , third, newest] = codes;
    const stranger = ['111111', '222222', '333333', '444444', '555555'].find((each) => !codes.includes(each));

    // More checks than the limit of guesses.
    for (let tried = 0; tried < 6; tried++) {
      await expect(check(oldest)).rejects.toEqual(failure('code_superseded'));
      await expect(check(third)).rejects.toEqual(failure('code_superseded'));
    }
    await expect(check(stranger)).rejects.toEqual(failure('code_incorrect', { attemptsLeft: 4 }));
    // For another type or address, it is a wrong code.
    await expect(check(oldest, { type: 'Register' })).rejects.toEqual(failure('code_incorrect'));
    await expect(check(oldest, { to: 'bob@example.com' })).rejects.toEqual(failure('code_incorrect'));
    await expect(check(newest)).resolves.toMatchObject({ status: 'verified' });
    // No newer code is pending after this.
    await expect(check(oldest)).rejects.toEqual(failure('code_incorrect'));
  });

  test('by link replaces a code, too', async () => {
    const { verification, clock, lastCode, code, link } = openDesk();
    await code();
    const old = lastCode();
    clock.time += MINUTE;
    await link();
    await expect(verification.check({ ...ADA, code: old })).rejects.toEqual(failure('code_superseded'));
  });

  test('waits for the cooldown of the address for every type, even after the code was used', async () => {
    const { verification, clock, lastCode, code } = openDesk();
    await code();
    clock.time += 18_500;
    const cooling = failure('cooldown', { retryAfter: 42 });
    await expect(code()).rejects.toEqual(cooling);
    await expect(code({ type: 'Register' })).rejects.toEqual(cooling);
    await verification.check({ ...ADA, code: lastCode() });
    // Otherwise, a start by a third party would show that someone has just signed in.
    await expect(code()).rejects.toEqual(cooling);
    clock.time += 41_500;
    await code({ type: 'Register' });
  });

  test('is not sent if onSuperseded fails, and can be tried again', async () => {
    let isDown = true;
    const { clock, requests, code } = openDesk({
      onSuperseded: () => (isDown ? Promise.reject(new Error('The queue is down.')) : undefined),
    });
    await code();
    clock.time += MINUTE;
    await expect(code()).rejects.toThrow('The queue is down.');
    expect(requests).toHaveLength(1);
    isDown = false;
    clock.time += 10_000;
    await code();
    expect(requests).toHaveLength(2);
  });

  test('fails with the error of the mailer if it is aborted', async () => {
    const { code } = openDesk();
    await expect(code({ signal: AbortSignal.abort() })).rejects.toBeMailError('aborted');
  });
});

describe('cancel', () => {
  test('invalidates the code, calls onSuperseded, and keeps the limits', async () => {
    const { verification, superseded, lastCode, code } = openDesk();
    const { id } = await code();
    await verification.cancel(ADA);
    await verification.cancel(ADA);
    expect(superseded).toEqual([id]);
    await expect(verification.check({ ...ADA, code: lastCode() })).rejects.toEqual(failure('code_incorrect'));
    await expect(code()).rejects.toEqual(failure('cooldown'));
  });
});
