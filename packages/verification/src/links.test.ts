import '@postern/testing/vitest';
import { describe, expect, test } from 'vitest';
import { ADA, MINUTE, openDesk } from '../fixtures/desk.js';
import { failure } from '../fixtures/failure.js';
import { memoryStore } from './index.js';

describe('a link', () => {
  test('replaces {token} in linkUrl with the token', async () => {
    const { verification, requests, link } = openDesk({
      linkUrl: 'https://app.example.com/links/{token}?from=mail',
    });
    await link();
    const { pathname, search } = new URL(String(requests[0]?.payload.link));
    expect(search).toBe('?from=mail');
    expect(await verification.peekLink(pathname.replace('/links/', ''))).toMatchObject({ type: 'SignIn' });
  });

  test('can be read many times and consumed once', async () => {
    const { verification, requests, lastToken, link } = openDesk();
    const { id, expiresAt } = await link({ redirectTo: 'https://app.example.com/inbox?a=1' });
    const token = lastToken();
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(requests[0]?.payload.link).toBe(`https://app.example.com/confirm?from=mail&token=${token}`);

    for (let n = 0; n < 3; n++) {
      expect(await verification.peekLink(token)).toEqual({
        to: 'a***@example.com',
        type: 'SignIn',
        expiresAt,
      });
    }
    const outcomes = await Promise.allSettled([1, 2, 3, 4].map(() => verification.consumeLink(token)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toEqual([
      {
        status: 'fulfilled',
        value: { status: 'verified', ...ADA, id, redirectTo: 'https://app.example.com/inbox?a=1' },
      },
    ]);
    await expect(verification.peekLink(token)).rejects.toEqual(failure('not_found'));
    await expect(verification.consumeLink(token)).rejects.toEqual(failure('not_found'));
  });

  test('expires, is replaced, and is canceled like a code', async () => {
    const { verification, clock, superseded, lastToken, link, code } = openDesk();
    const { id } = await link();
    const first = lastToken();
    clock.time += MINUTE;
    await code();
    expect(superseded).toEqual([id]);
    await expect(verification.consumeLink(first)).rejects.toEqual(failure('not_found'));
    clock.time += MINUTE;
    await link();
    clock.time += 10 * MINUTE;
    await expect(verification.peekLink(lastToken())).rejects.toEqual(failure('code_expired'));
    await expect(verification.consumeLink(lastToken())).rejects.toEqual(failure('code_expired'));
  });

  test('is not found with another token', async () => {
    const { verification } = openDesk();
    for (const token of ['', 'x', 'A'.repeat(43), `${'A'.repeat(42)}%`, 'A'.repeat(10_000)]) {
      await expect(verification.peekLink(token)).rejects.toEqual(failure('not_found'));
      await expect(verification.consumeLink(token)).rejects.toEqual(failure('not_found'));
    }
  });

  test.each([
    'https://evil.example/',
    'https://app.example.com.evil.example/',
    'https://app.example.com@evil.example/',
    'https://user@app.example.com/',
    'http://app.example.com/',
    'https://app.example.com:444/',
    '//app.example.com/',
    '/inbox',
    'javascript:alert(1)',
    'https:\\\\evil.example\\app.example.com',
    'blob:https://app.example.com/x',
    'filesystem:https://app.example.com/temporary/x',
    'view-source:https://app.example.com/',
    'https://@app.example.com/',
    'https://evil.example\\@app.example.com/',
    'https:app.example.com/',
    'https:/app.example.com/',
    'https:///app.example.com/',
    'ht\ttps://app.example.com/',
    'https://app.example.com/\n',
    ' https://app.example.com/',
    '\0https://app.example.com/',
    'https://app.example.com./',
    'data:text/html,x',
    'null',
  ])('redirects only to the origins in the policy: %s', async (redirectTo) => {
    const { link, requests } = openDesk();
    await expect(link({ redirectTo })).rejects.toBeMailError('payload_invalid');
    expect(requests).toEqual([]);
  });

  test('with a redirect that is not valid does not replace a link or count toward a limit', async () => {
    const { verification, link, lastToken, code } = openDesk({ policy: { cooldownMs: 0 } });
    await link();
    const token = lastToken();
    for (let n = 0; n < 10; n++)
      await expect(link({ redirectTo: 'blob:https://app.example.com/x' })).rejects.toBeMailError(
        'payload_invalid',
      );
    await code({ to: 'other@example.com' });
    expect(await verification.consumeLink(token)).toMatchObject({ status: 'verified' });
  });

  test('does not redirect after its origin is removed from the policy', async () => {
    const store = memoryStore();
    const before = openDesk({ store });
    await before.link({ redirectTo: 'https://app.example.com/inbox' });
    const after = openDesk({ store, policy: { redirectOrigins: ['https://new.example.com'] } });
    const verified = await after.verification.consumeLink(before.lastToken());
    expect(verified).toMatchObject({ status: 'verified', ...ADA });
    expect(verified).not.toHaveProperty('redirectTo');
  });

  test('requires linkUrl', async () => {
    await expect(openDesk({ linkUrl: undefined }).link()).rejects.toBeMailError('payload_invalid');
  });
});
